/* Connections on the loopback interface, a thread for each. */
#ifndef LOOPBACK_H
#define LOOPBACK_H

/* Listens on the port, or on any free one if it is 0, and says which on stdout. Ends the program
 * when that fails. */
int listen_on(int port);

/* Starts serve in a thread of its own for each connection, which it is given as an intptr_t.
 * Returns when no more can be accepted. */
void accept_connections(int server, void *(*serve)(void *));

#endif
