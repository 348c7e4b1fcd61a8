/* The demo: a small HTTP server on the loopback interface, one thread per connection, that leaks.
 *
 *     server [--fixed] [PORT]
 *
 * Says "listening on PORT"; without PORT, or with 0, the system chooses one. GET /<page> with a
 * cookie "session=<id>" is answered with a page about the session.
 *
 * Where its memory goes:
 *   parse_headers, render_page   churn: much is allocated, all is freed with the request
 *   cache_put                    bounded: fills up, then every new page evicts an old one
 *   session_create               THE LEAK. lookup_session links a new session into the bucket
 *                                chosen by its id, but searches the bucket chosen by the whole
 *                                cookie text, "session=" included. It hardly ever finds what
 *                                it has put away, so that every request makes a new session, and
 *                                nobody ends the old ones. --fixed searches where it links.
 */
#define _GNU_SOURCE
#include "loopback.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_HEADERS 32
#define REQUEST_SIZE 4096
#define SESSION_BUCKETS 256
#define CACHE_SLOTS 64
#define ROWS 8
#define COOKIE "session="

struct header {
	char *name, *value;
};

struct request {
	char *path;
	struct header headers[MAX_HEADERS];
	int header_count;
};

struct session {
	struct session *next;
	char id[32];
	unsigned visits;
	char basket[480];
};

static bool fixed;
static struct session *sessions[SESSION_BUCKETS];
static char *cache[CACHE_SLOTS];
static pthread_mutex_t sessions_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static void *must(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

static unsigned hash(const char *text)
{
	unsigned value = 2166136261u;

	while (*text != '\0')
		value = (value ^ (unsigned char)*text++) * 16777619u;
	return value;
}

static const char *id_of(const char *cookie)
{
	return strncmp(cookie, COOKIE, strlen(COOKIE)) == 0 ? cookie + strlen(COOKIE) : cookie;
}

static struct session *session_create(const char *id)
{
	struct session *session = must(calloc(1, sizeof(*session)));
	struct session **bucket = &sessions[hash(id) % SESSION_BUCKETS];

	snprintf(session->id, sizeof(session->id), "%s", id);
	session->next = *bucket;
	*bucket = session;
	return session;
}

static struct session *session_find(const char *id, unsigned bucket)
{
	struct session *session = sessions[bucket % SESSION_BUCKETS];

	while (session != NULL && strncmp(session->id, id, sizeof(session->id) - 1) != 0)
		session = session->next;
	return session;
}

static unsigned lookup_session(const char *cookie)
{
	const char *id = id_of(cookie);
	struct session *session;
	unsigned visits;

	pthread_mutex_lock(&sessions_lock);
	session = session_find(id, hash(fixed ? id : cookie));
	if (session == NULL)
		session = session_create(id);
	visits = ++session->visits;
	pthread_mutex_unlock(&sessions_lock);
	return visits;
}

static void cache_evict(unsigned slot)
{
	free(cache[slot]);
}

static void cache_put(const char *path, const char *page)
{
	unsigned slot = hash(path) % CACHE_SLOTS;

	pthread_mutex_lock(&cache_lock);
	cache_evict(slot);
	cache[slot] = must(malloc(strlen(page) + 1));
	strcpy(cache[slot], page);
	pthread_mutex_unlock(&cache_lock);
}

static char *copy_text(const char *from, size_t length)
{
	char *text = must(malloc(length + 1));

	memcpy(text, from, length);
	text[length] = '\0';
	return text;
}

static void parse_header(struct request *request, const char *line)
{
	struct header *header = &request->headers[request->header_count];
	size_t name = strcspn(line, ":\r"), gap = strspn(line + name, ": ");

	if (gap == 0 || request->header_count == MAX_HEADERS)
		return;
	header->name = copy_text(line, name);
	header->value = copy_text(line + name + gap, strcspn(line + name + gap, "\r"));
	request->header_count++;
}

static void parse_headers(struct request *request, const char *text)
{
	const char *path = text + strcspn(text, "/\r"), *line = strstr(text, "\r\n") + 2;

	request->path = copy_text(path, strcspn(path, " \r"));
	for (; *line != '\r'; line = strstr(line, "\r\n") + 2)
		parse_header(request, line);
}

static void free_request(struct request *request)
{
	while (request->header_count-- > 0) {
		free(request->headers[request->header_count].name);
		free(request->headers[request->header_count].value);
	}
	free(request->path);
}

static const char *header_value(const struct request *request, const char *name)
{
	for (int i = 0; i < request->header_count; i++)
		if (strcasecmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	return COOKIE "nobody";
}

static char *append_row(char *page, int row, const char *path)
{
	size_t length = strlen(page);

	page = must(realloc(page, length + strlen(path) + 64));
	sprintf(page + length, "<li>row %d of %s</li>\n", row, path);
	return page;
}

static char *render_page(const char *path, unsigned visits)
{
	char *page = must(malloc(64));

	snprintf(page, 64, "<h1>visit %u</h1>\n", visits);
	for (int row = 1; row <= ROWS; row++)
		page = append_row(page, row, path);
	return page;
}

static void send_page(int client, const char *page)
{
	char head[128];
	int length = snprintf(head, sizeof(head),
			      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
			      "Content-Length: %zu\r\n\r\n", strlen(page));

	if (send(client, head, length, MSG_NOSIGNAL | MSG_MORE) == length)
		send(client, page, strlen(page), MSG_NOSIGNAL);
}

static void handle_request(int client, const char *text)
{
	struct request request = { 0 };
	unsigned visits;
	char *page;

	parse_headers(&request, text);
	visits = lookup_session(header_value(&request, "Cookie"));
	page = render_page(request.path, visits);
	cache_put(request.path, page);
	send_page(client, page);
	free(page);
	free_request(&request);
}

/* One request after the other: clients wait for an answer before they ask again. */
static void *serve_connection(void *argument)
{
	int client = (int)(intptr_t)argument;
	char text[REQUEST_SIZE];
	size_t length = 0;
	ssize_t n;

	while ((n = read(client, text + length, sizeof(text) - 1 - length)) > 0) {
		length += n;
		text[length] = '\0';
		if (strstr(text, "\r\n\r\n") == NULL)
			continue;
		handle_request(client, text);
		length = 0;
	}
	close(client);
	return NULL;
}

int main(int argc, char **argv)
{
	fixed = argc > 1 && strcmp(argv[1], "--fixed") == 0;
	accept_connections(listen_on(argc > 1 + fixed ? atoi(argv[1 + fixed]) : 0), serve_connection);
	return 1;
}
