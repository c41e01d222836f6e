/*
 * ascii.h - classes of bytes, whatever the locale. A byte of 0x80 and above is in none of them.
 */
#ifndef GCB_BASE_ASCII_H
#define GCB_BASE_ASCII_H

#include <stdbool.h>

/* 0-9. */
static inline __attribute__((unused)) bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* a-z. */
static inline __attribute__((unused)) bool ascii_is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* A-Z. */
static inline __attribute__((unused)) bool ascii_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* A letter of either case. */
static inline __attribute__((unused)) bool ascii_is_alpha(char c)
{
	return ascii_is_lower(c) || ascii_is_upper(c);
}

/* A letter or a digit. */
static inline __attribute__((unused)) bool ascii_is_alnum(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c);
}

/* Space or tab. */
static inline __attribute__((unused)) bool ascii_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Space, tab, CR or LF: YAML's and JSON's white space. */
static inline __attribute__((unused)) bool ascii_is_space(char c)
{
	return ascii_is_blank(c) || c == '\r' || c == '\n';
}

/* The lower-case form of a letter; any other byte is returned unchanged. */
static inline __attribute__((unused)) char ascii_to_lower(char c)
{
	return ascii_is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

#endif
