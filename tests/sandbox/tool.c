/* The program that tests run inside a sandbox: one word says what it does. Linked statically, so that a root needs
   nothing else. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int say_errno(int result) {
    puts(result < 0 ? strerrorname_np(errno) : "ok");
    return 0;
}

static int loopback(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server, (void *)&address, size) || listen(server, 1) || getsockname(server, (void *)&address, &size))
        return say_errno(-1);
    if (connect(client, (void *)&address, size))
        return say_errno(-1);
    int accepted = accept(server, NULL, NULL);
    char text[8] = {0};
    if (write(accepted, "hello", 5) != 5 || read(client, text, 5) != 5)
        return 1;
    puts(text);
    return 0;
}

static int outside(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53), .sin_addr = {htonl(0xC0000201)}};
    return say_errno(connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&address, sizeof address));
}

static int copy(int from) {
    char buffer[4096];
    ssize_t size;
    while ((size = read(from, buffer, sizeof buffer)) > 0)
        if (write(1, buffer, size) != size)
            return 1;
    return 0;
}

int main(int count, char **words) {
    const char *what = count > 1 ? words[1] : "", *detail = count > 2 ? words[2] : "";
    if (!strcmp(what, "exit"))
        return atoi(detail);
    if (!strcmp(what, "arguments")) {
        for (int i = 0; i < count; i++)
            printf("%s%c", words[i], 0);
        return 0;
    }
    if (!strcmp(what, "environment")) {
        for (char **variable = environ; *variable; variable++)
            printf("%s%c", *variable, 0);
        return 0;
    }
    if (!strcmp(what, "id")) {
        gid_t groups[64];
        int size = getgroups(64, groups);
        printf("%d:%d", (int)getuid(), (int)getgid());
        for (int i = 0; i < size; i++)
            printf(" %d", (int)groups[i]);
        puts("");
        return 0;
    }
    if (!strcmp(what, "both")) {
        fputs("to stdout\n", stdout);
        fputs("to stderr\n", stderr);
        return 0;
    }
    if (!strcmp(what, "flood"))
        for (;;)
            if (write(1, "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n", 32) < 0)
                return 1;
    if (!strcmp(what, "fork-bomb"))
        for (;;)
            fork();
    if (!strcmp(what, "count-forks")) {
        int made = 0;
        while (made < 100000) {
            int child = fork();
            if (child == 0)
                pause();
            if (child < 0)
                break;
            made++;
        }
        printf("%d\n", made);
        return 0;
    }
    if (!strcmp(what, "stubborn")) {
        signal(SIGTERM, SIG_IGN);
        signal(SIGINT, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        if (fork() == 0)
            setsid();
        for (;;)
            pause();
    }
    if (!strcmp(what, "leave-behind")) {
        if (fork() == 0) {
            setsid();
            for (;;)
                pause();
        }
        puts("gone");
        return 0;
    }
    if (!strcmp(what, "signal")) {
        raise(atoi(detail));
        return 0;
    }
    if (!strcmp(what, "create"))
        return say_errno(open(detail, O_CREAT | O_WRONLY, 0600));
    if (!strcmp(what, "read")) {
        int file = open(detail, O_RDONLY);
        return file < 0 ? say_errno(-1) : copy(file);
    }
    if (!strcmp(what, "cat"))
        return copy(0);
    if (!strcmp(what, "here")) {
        char path[4096];
        puts(getcwd(path, sizeof path) ? path : "?");
        return 0;
    }
    if (!strcmp(what, "owner")) {
        struct stat status;
        if (lstat(detail, &status))
            return say_errno(-1);
        printf("%d:%d %o\n", (int)status.st_uid, (int)status.st_gid, status.st_mode & 07777);
        return 0;
    }
    if (!strcmp(what, "limits")) {
        struct rlimit limit;
        int numbers[] = {RLIMIT_CORE, RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_NPROC};
        for (int i = 0; i < 5; i++)
            if (!getrlimit(numbers[i], &limit))
                printf("%lld ", (long long)limit.rlim_max);
        puts("");
        return 0;
    }
    if (!strcmp(what, "memory")) {
        size_t size = (size_t)atoi(detail) << 20;
        char *memory = malloc(size);
        if (memory)
            memset(memory, 1, size);
        puts(memory ? "ok" : "no memory");
        return 0;
    }
    if (!strcmp(what, "run")) {
        execv(detail, words + 2);
        return say_errno(-1);
    }
    if (!strcmp(what, "loopback"))
        return loopback();
    if (!strcmp(what, "outside"))
        return outside();
    fprintf(stderr, "unknown word %s\n", what);
    return 64;
}
