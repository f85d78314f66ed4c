/* A program of the C library: locale, names, threads, and libraries that are asked for by name. */
#include <dlfcn.h>
#include <locale.h>
#include <netdb.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

static void *end(void *nothing) {
    pthread_exit(nothing); /* which loads libgcc_s */
}

int main(int count, char **words) {
    const char *locale = setlocale(LC_ALL, "");
    printf("locale %s\n", locale ? locale : "unknown");
    struct passwd *user = getpwuid(getuid());
    printf("%s of %s\n", user ? user->pw_name : "nobody", user ? user->pw_dir : "nowhere");
    struct servent *service = getservbyname("https", "tcp");
    printf("https %d\n", service ? ntohs(service->s_port) : 0);
    for (int index = 1; index < count; index++)
        puts(dlopen(words[index], RTLD_NOW) ? words[index] : dlerror());
    pthread_t thread;
    if (pthread_create(&thread, NULL, end, NULL) || pthread_join(thread, NULL))
        return 1;
    puts("thread ended");
    return 0;
}
