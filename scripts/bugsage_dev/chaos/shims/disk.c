/* A disk that seems to be full while the file CHAOS_DISK_IS_FULL exists: no file below the folder
 * CHAOS_DISK may grow, for the process that loads this first. What a file holds may be overwritten, as
 * on a real one. Whatever C's own library writes by itself (fwrite) is not seen. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Copies: PostgreSQL moves its environment to show titles of its processes. */
static char folder[PATH_MAX], flag[PATH_MAX];

__attribute__((constructor)) static void read_settings(void)
{
    const char *disk = getenv("CHAOS_DISK"), *full = getenv("CHAOS_DISK_IS_FULL");
    snprintf(folder, sizeof folder, "%s/", disk ? disk : "");
    snprintf(flag, sizeof flag, "%s", full ? full : "");
}

static int is_in_folder(int fd)
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = '\0';
    return strncmp(path, folder, strlen(folder)) == 0;
}

/* Whether there is no room for what would end at `end`. */
static int is_full(int fd, off_t end)
{
    struct stat file;
    int before = errno;
    int full = access(flag, F_OK) == 0 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode)
        && end > file.st_size && is_in_folder(fd);
    errno = full ? ENOSPC : before;
    return full;
}

ssize_t write(int fd, const void *bytes, size_t count)
{
    int before = errno;
    /* -1 where there is no place, as in a pipe. */
    off_t place = lseek(fd, 0, SEEK_CUR);
    errno = before;
    if (place >= 0 && is_full(fd, place + (off_t)count))
        return -1;
    return syscall(SYS_write, fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t place)
{
    if (is_full(fd, place + (off_t)count))
        return -1;
    return syscall(SYS_pwrite64, fd, bytes, count, place);
}

ssize_t pwritev(int fd, const struct iovec *pieces, int number, off_t place)
{
    off_t end = place;
    for (int i = 0; i < number; i++)
        end += (off_t)pieces[i].iov_len;
    if (is_full(fd, end))
        return -1;
    /* The kernel takes the place in two halves; on 64 bits the first holds all of it. */
    return syscall(SYS_pwritev, fd, pieces, number, place, 0L);
}

/* Alone among these it answers the error itself. */
int posix_fallocate(int fd, off_t place, off_t length)
{
    if (is_full(fd, place + length))
        return ENOSPC;
    return syscall(SYS_fallocate, fd, 0, place, length) ? errno : 0;
}

/* The names of programs that were built for large files everywhere. */
ssize_t pwrite64(int, const void *, size_t, off_t) __attribute__((alias("pwrite")));
ssize_t pwritev64(int, const struct iovec *, int, off_t) __attribute__((alias("pwritev")));
int posix_fallocate64(int, off_t, off_t) __attribute__((alias("posix_fallocate")));
