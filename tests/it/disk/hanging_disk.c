/* A disk that hangs: nothing written reaches it for as long as the file $HANGS_WHILE exists. For LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void hang(void)
{
    const char *file = getenv("HANGS_WHILE");
    while (file && access(file, F_OK) == 0)
        usleep(20 * 1000);
}

int fsync(int descriptor)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    hang();
    return real(descriptor);
}

int fdatasync(int descriptor)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    hang();
    return real(descriptor);
}
