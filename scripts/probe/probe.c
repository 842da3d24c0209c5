/*
 * Whether a service of this machine answers: health checks of containers start this instead of Node, which would cost more
 * than most services do. It is built by `npm run setup` and linked statically: the images have no shell and few libraries.
 *
 *   wsc-probe http PORT PATH   an HTTP answer that is no failure of the server's own; 503 says "not yet", and is one
 *   wsc-probe p2p PORT         a peer that says which negotiation it speaks, as libp2p's do (multistream-select)
 *
 * Exit 0 where it answers so, else 1; 2 where it is called wrongly.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWERS = 0, DOES_NOT = 1, MISUSED = 2, SECONDS = 5 };

/* The length of the line (19, its end included), the line. */
static const char MULTISTREAM[] = "\x13/multistream/1.0.0\n";

/* A connection with this machine's own address, or -1. */
static int connected(const char *port) {
  char *end;
  long number = strtol(port, &end, 10);
  if (*end != '\0' || number < 1 || number > 65535) exit(MISUSED);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)number)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) return -1;
  return fd;
}

/* The first bytes of the answer to what is sent; how many there are. */
static size_t ask(int fd, const char *question, size_t length, char *answer, size_t wanted) {
  if (fd < 0 || write(fd, question, length) != (ssize_t)length) return 0;
  size_t got = 0;
  while (got < wanted) {
    ssize_t some = read(fd, answer + got, wanted - got);
    if (some <= 0) break;
    got += (size_t)some;
  }
  return got;
}

static int http(const char *port, const char *path) {
  char question[512];
  int length = snprintf(question, sizeof question, "GET %s HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\n\r\n",
                        path, port);
  if (length < 0 || (size_t)length >= sizeof question) return MISUSED;
  /* "HTTP/1.1 200" */
  char answer[13] = {0};
  if (ask(connected(port), question, (size_t)length, answer, 12) < 12) return DOES_NOT;
  if (strncmp(answer, "HTTP/1.", 7) != 0) return DOES_NOT;
  int status = atoi(answer + 9);
  return (status >= 200 && status < 500) || status == 503 ? ANSWERS : DOES_NOT;
}

static int p2p(const char *port) {
  char answer[sizeof MULTISTREAM - 1];
  size_t got = ask(connected(port), MULTISTREAM, sizeof answer, answer, sizeof answer);
  return got == sizeof answer && memcmp(answer, MULTISTREAM, got) == 0 ? ANSWERS : DOES_NOT;
}

int main(int argc, char **argv) {
  /* Whoever does not answer in time is killed with this process by SIGALRM, and is not well. */
  alarm(SECONDS);
  if (argc == 4 && strcmp(argv[1], "http") == 0) return http(argv[2], argv[3]);
  if (argc == 3 && strcmp(argv[1], "p2p") == 0) return p2p(argv[2]);
  fputs("usage: wsc-probe http PORT PATH | wsc-probe p2p PORT\n", stderr);
  return MISUSED;
}
