/*
 * backoff.h - pauses between the tries of a push that others may be faster with.
 */
#ifndef GCB_FLOW_BACKOFF_H
#define GCB_FLOW_BACKOFF_H

#include <stdint.h>

/*
 * Waits before the next try, for a random time of up to twice as long as the last one took, which
 * began at `since` (clock_ms). Many processes at once then leave each other room; a pause that
 * grows with the tries would only let those that come later go first.
 */
void backoff_wait(int64_t since);

#endif
