/*
 * clock.h - the monotonic clock, for measuring and waiting. World column.
 */
#ifndef GCB_BASE_CLOCK_H
#define GCB_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Time since an arbitrary point, in milliseconds and in nanoseconds. It never goes backwards. */
int64_t clock_ms(void);
int64_t clock_ns(void);

/* Sleeps. Returns false if a signal ended the sleep early. */
bool clock_sleep_ms(int64_t ms);

#endif
