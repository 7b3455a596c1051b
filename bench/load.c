// The load of bench/relay: what connects in front of a relay and what answers behind it, in C and on epoll, so that the
// relay is what is measured. A client begins a connection with a request of 64 bytes: a letter, a count, padding.
//
//   U n   the server reads n bytes more and answers one byte
//   D n   the server answers n bytes
//   E     the server sends back whatever comes, the request first
//
//   load serve ADDRESS                     answers until it is killed; prints a line when it listens
//   load up|down ADDRESS CONNECTIONS BYTES each connection carries so many; prints MB/s
//   load rate ADDRESS CLIENTS SECONDS      connect, one exchange, close; prints connections a second
//   load ping ADDRESS CONNECTIONS SECONDS  exchanges on open connections; prints the median round trip in us
//   load idle ADDRESS CONNECTIONS          opens all, says so with the seconds it took, waits for a byte of standard
//                                          input, then has one exchange on each and prints how many answered
//   load wait ADDRESS                      tries until an exchange succeeds; prints nothing
//
// ADDRESS is tcp:PORT (127.0.0.1) or unix:PATH. Status 1 where something failed.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST = 64, BLOCK = 256 * 1024, EVENTS = 512 };

struct address {
  socklen_t length;
  union {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_un un;
  } to;
};

struct connection {
  int fd;
  char way;          // what was asked for; 0 while the request is incomplete
  uint64_t left;     // bytes still to be carried
  unsigned have;     // bytes of the request or of the answer that are there
  unsigned pending;  // server: bytes of `text` still to be sent back
  double begun;
  char text[REQUEST];
};

static char block[BLOCK];
static int epoll;

static void fail(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static struct address parse(const char *text) {
  struct address a;
  memset(&a, 0, sizeof a);
  if (strncmp(text, "unix:", 5) == 0 && strlen(text + 5) < sizeof a.to.un.sun_path) {
    a.to.un.sun_family = AF_UNIX;
    strcpy(a.to.un.sun_path, text + 5);
    a.length = sizeof a.to.un;
  } else if (strncmp(text, "tcp:", 4) == 0) {
    a.to.in.sin_family = AF_INET;
    a.to.in.sin_port = htons(atoi(text + 4));
    a.to.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    a.length = sizeof a.to.in;
  } else {
    errno = EINVAL;
    fail(text);
  }
  return a;
}

static void watch(struct connection *c, uint32_t events, int how) {
  struct epoll_event e = {.events = events, .data.ptr = c};
  if (epoll_ctl(epoll, how, c->fd, &e) < 0) fail("epoll_ctl");
}

static int open_socket(const struct address *a, int flags) {
  int fd = socket(a->to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (fd < 0) fail("socket");
  int on = 1;
  if (a->to.any.sa_family == AF_INET) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// Server ------------------------------------------------------------------------------------------------------------

static void drop(struct connection *c) {
  close(c->fd);
  free(c);
}

// Sends what is to be sent. False where the connection is over.
static int answer(struct connection *c) {
  while (c->pending > 0) {
    ssize_t n = send(c->fd, c->text + c->have - c->pending, c->pending, MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN;
    c->pending -= n;
  }
  while (c->way == 'D' && c->left > 0) {
    ssize_t n = send(c->fd, block, c->left < BLOCK ? c->left : BLOCK, MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN;
    c->left -= n;
  }
  return 1;
}

static int take(struct connection *c) {
  for (;;) {
    if (c->way == 'U' && c->left > 0) {
      ssize_t n = recv(c->fd, block, BLOCK, 0);
      if (n <= 0) return n < 0 && errno == EAGAIN;
      c->left -= (uint64_t)n < c->left ? (uint64_t)n : c->left;
      if (c->left == 0) {
        c->have = c->pending = 1;
        return answer(c);
      }
      continue;
    }
    if (c->pending > 0) return 1;  // its own pace: nothing is read before the last is sent back
    if (c->way == 'E') c->have = 0;
    ssize_t n = recv(c->fd, c->text + c->have, REQUEST - c->have, 0);
    if (n <= 0) return n < 0 && errno == EAGAIN;
    c->have += n;
    if (c->way == 0) {
      if (c->have < REQUEST) continue;
      c->way = c->text[0];
      c->left = strtoull(c->text + 1, NULL, 10);
    }
    if (c->way == 'E') c->pending = c->have;
    if (!answer(c)) return 0;
  }
}

static _Noreturn void serve(struct address a) {
  int on = 1;
  int listener = open_socket(&a, SOCK_NONBLOCK);
  if (a.to.any.sa_family == AF_UNIX) unlink(a.to.un.sun_path);
  else setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, &a.to.any, a.length) < 0) fail("bind");
  if (listen(listener, 4096) < 0) fail("listen");
  struct connection self = {.fd = listener};
  watch(&self, EPOLLIN, EPOLL_CTL_ADD);
  puts("listening");
  fflush(stdout);
  struct epoll_event events[EVENTS];
  for (;;) {
    int count = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      struct connection *c = events[i].data.ptr;
      if (c == &self) {
        int fd;
        while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
          if (a.to.any.sa_family == AF_INET) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          struct connection *new = calloc(1, sizeof *new);
          if (new == NULL) fail("calloc");
          new->fd = fd;
          watch(new, EPOLLIN | EPOLLOUT | EPOLLET, EPOLL_CTL_ADD);
        }
        continue;
      }
      if (!answer(c) || !take(c)) drop(c);
    }
  }
}

// Clients -----------------------------------------------------------------------------------------------------------

static unsigned long connections;

// A connection that is made or being made. From a port of one of sixteen addresses, so that ports don't run out.
static int dial(const struct address *a, int flags) {
  int fd = open_socket(a, flags);
  if (a->to.any.sa_family == AF_INET) {
    int on = 1;
    struct sockaddr_in from = {.sin_family = AF_INET};
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + connections++ % 16);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0) fail("bind");
  }
  while (connect(fd, &a->to.any, a->length) < 0 && errno != EINPROGRESS) {
    if (errno != EAGAIN) {  // of a unix socket: its backlog is full
      close(fd);
      return -1;
    }
    usleep(200);
  }
  return fd;
}

static void ask(char *text, char way, uint64_t count) {
  memset(text, ' ', REQUEST);
  int n = snprintf(text, REQUEST, "%c%llu", way, (unsigned long long)count);
  text[n] = ' ';
}

static int exchange(int fd, char *text) {
  if (send(fd, text, REQUEST, MSG_NOSIGNAL) != REQUEST) return 0;
  return recv(fd, text, REQUEST, MSG_WAITALL) == REQUEST;
}

static int bulk(struct address a, char way, int count, uint64_t bytes) {
  struct connection *all = calloc(count, sizeof *all);
  double begun = now();
  for (int i = 0; i < count; i++) {
    struct connection *c = &all[i];
    c->fd = dial(&a, 0);
    if (c->fd < 0) fail("connect");
    ask(c->text, way, bytes);
    if (send(c->fd, c->text, REQUEST, MSG_NOSIGNAL) != REQUEST) fail("send");
    c->left = bytes;
    watch(c, way == 'U' ? EPOLLOUT : EPOLLIN, EPOLL_CTL_ADD);
  }
  struct epoll_event events[EVENTS];
  for (int open = count; open > 0;) {
    int ready = epoll_wait(epoll, events, EVENTS, 20000);
    if (ready <= 0) {
      errno = ETIMEDOUT;
      fail("bulk");
    }
    for (int i = 0; i < ready; i++) {
      struct connection *c = events[i].data.ptr;
      if (way == 'U' && c->left > 0) {
        ssize_t n = send(c->fd, block, c->left < BLOCK ? c->left : BLOCK, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) fail("send");
        if (n > 0) c->left -= n;
        if (c->left == 0) watch(c, EPOLLIN, EPOLL_CTL_MOD);
        continue;
      }
      ssize_t n = recv(c->fd, block, BLOCK, MSG_DONTWAIT);
      if (n < 0 && errno == EAGAIN) continue;
      if (n <= 0) {
        if (n == 0) errno = ECONNRESET;
        fail("cut off");
      }
      if (way == 'D') c->left -= (uint64_t)n < c->left ? (uint64_t)n : c->left;
      if (c->left == 0) {
        close(c->fd);
        open--;
      }
    }
  }
  printf("%.1f\n", count * (double)bytes / 1e6 / (now() - begun));
  return 0;
}

static void start(struct connection *c, const struct address *a) {
  c->fd = dial(a, SOCK_NONBLOCK);
  if (c->fd < 0) fail("connect");
  ask(c->text, 'E', 0);
  c->way = 0;
  c->have = 0;
  watch(c, EPOLLOUT, EPOLL_CTL_ADD);
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// `again` is whether a connection has one exchange (rate) or goes on (ping).
static int exchanges(struct address a, int count, double seconds, int again) {
  struct connection *all = calloc(count, sizeof *all);
  size_t room = 1 << 16, done = 0, lost = 0;
  double *took = malloc(room * sizeof *took);
  double begun = now(), end = begun + seconds;
  for (int i = 0; i < count; i++) start(&all[i], &a);
  struct epoll_event events[EVENTS];
  for (int open = count; open > 0;) {
    int ready = epoll_wait(epoll, events, EVENTS, 10000);
    if (ready <= 0) {
      errno = ETIMEDOUT;
      fail("exchange");
    }
    for (int i = 0; i < ready; i++) {
      struct connection *c = events[i].data.ptr;
      if (c->way == 0) {
        c->begun = now();
        if (send(c->fd, c->text, REQUEST, MSG_NOSIGNAL) == REQUEST) {
          c->way = 'E';
          watch(c, EPOLLIN, EPOLL_CTL_MOD);
          continue;
        }
        c->have = REQUEST + 1;
      } else {
        ssize_t n = recv(c->fd, c->text + c->have, REQUEST - c->have, 0);
        if (n < 0 && errno == EAGAIN) continue;
        if (n <= 0) c->have = REQUEST + 1;
        else if ((c->have += n) < REQUEST) continue;
      }
      double here = now();
      if (c->have == REQUEST) {
        if (done == room) took = realloc(took, (room *= 2) * sizeof *took);
        took[done++] = here - c->begun;
      } else lost++;
      if (again && c->have == REQUEST && here < end) {
        c->have = 0;
        c->begun = here;
        if (send(c->fd, c->text, REQUEST, MSG_NOSIGNAL) != REQUEST) fail("send");
        continue;
      }
      close(c->fd);
      if (!again && here < end) start(c, &a);
      else open--;
    }
  }
  if (done == 0 || lost > done / 100) {
    fprintf(stderr, "load: %zu exchanges, %zu failed\n", done, lost);
    return 1;
  }
  qsort(took, done, sizeof *took, by_size);
  if (again) printf("%.1f\n", took[done / 2] * 1e6);
  else printf("%.0f\n", done / (now() - begun));
  return 0;
}

static int idle(struct address a, int count) {
  int *all = calloc(count, sizeof *all);
  char text[REQUEST];
  double begun = now();
  int open = 0;
  for (; open < count; open++) {
    int fd = dial(&a, 0);
    if (fd < 0) break;
    struct timeval patience = {.tv_sec = 10};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ask(text, 'E', 0);
    all[open] = fd;
    if (!exchange(fd, text)) break;
  }
  printf("%d %.2f\n", open, now() - begun);
  fflush(stdout);
  (void)!read(0, text, 1);
  int answered = 0;
  for (int i = 0; i < open; i++) {
    ask(text, 'E', 0);
    answered += exchange(all[i], text);
  }
  printf("%d\n", answered);
  return 0;
}

static int await(struct address a) {
  char text[REQUEST];
  for (double end = now() + 20; now() < end; usleep(100)) {
    int fd = dial(&a, 0);
    if (fd < 0) continue;
    struct timeval patience = {.tv_sec = 5};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ask(text, 'E', 0);
    int fine = exchange(fd, text);
    close(fd);
    if (fine) return 0;
  }
  errno = ETIMEDOUT;
  fail("wait");
  return 1;
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) fail("epoll_create1");
  if (strcmp(mode, "serve") == 0 && argc == 3) serve(parse(argv[2]));
  if (strcmp(mode, "wait") == 0 && argc == 3) return await(parse(argv[2]));
  if (strcmp(mode, "idle") == 0 && argc == 4) return idle(parse(argv[2]), atoi(argv[3]));
  if (argc == 5) {
    struct address a = parse(argv[2]);
    if (strcmp(mode, "up") == 0) return bulk(a, 'U', atoi(argv[3]), strtoull(argv[4], NULL, 10));
    if (strcmp(mode, "down") == 0) return bulk(a, 'D', atoi(argv[3]), strtoull(argv[4], NULL, 10));
    if (strcmp(mode, "rate") == 0) return exchanges(a, atoi(argv[3]), atof(argv[4]), 0);
    if (strcmp(mode, "ping") == 0) return exchanges(a, atoi(argv[3]), atof(argv[4]), 1);
  }
  fputs("usage: see the head of load.c\n", stderr);
  return 64;
}
