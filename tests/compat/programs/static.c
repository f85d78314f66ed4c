/* A program without a shared library: what it looks for is files. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    printf("user %d\n", (int)getuid());
    FILE *zone = fopen("/usr/share/zoneinfo/Asia/Kathmandu", "rb");
    if (!zone)
        return 1;
    fclose(zone);
    setenv("TZ", "Asia/Kathmandu", 1);
    time_t start = 1767225600; /* 2026-01-01 00:00 UTC */
    struct tm *then = localtime(&start);
    printf("in Kathmandu %02d:%02d\n", then->tm_hour, then->tm_min);
    FILE *bundle = fopen(getenv("SSL_CERT_FILE"), "r");
    char line[256];
    int count = 0;
    while (bundle && fgets(line, sizeof line, bundle))
        count += !strncmp(line, "-----BEGIN CERTIFICATE", 22);
    puts(count >= 100 ? "100 certificates or more" : "too few certificates");
    if (creat("/tmp/file", 0600) < 0)
        return 2;
    puts("tmp is writable");
    return 0;
}
