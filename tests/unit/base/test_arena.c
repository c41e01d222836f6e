/*
 * Memory that is freed as a whole.
 */
#include "base/arena.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

Test(arena, memory_is_zeroed_aligned_and_apart)
{
	static const size_t sizes[] = { 0,    1,    2,     15,    16,    17,     4095,
					4096, 4097, 65535, 65536, 65537, 200000, 3 };
	AUTO_ARENA struct arena *a = arena_new();
	unsigned char *parts[sizeof(sizes) / sizeof(sizes[0])];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		parts[i] = arena_alloc(a, sizes[i]);
		cr_assert_eq((uintptr_t)parts[i] % alignof(max_align_t), 0, "size %zu", sizes[i]);
		for (size_t j = 0; j < sizes[i]; j++)
			cr_assert_eq(parts[i][j], 0, "size %zu, byte %zu", sizes[i], j);
		memset(parts[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t j = 0; j < sizes[i]; j++)
			cr_assert_eq(parts[i][j], i + 1, "size %zu: byte %zu was overwritten",
				     sizes[i], j);
}

Test(arena, many_small_parts_never_move)
{
	AUTO_ARENA struct arena *a = arena_new();
	int *parts[10000];

	for (int i = 0; i < 10000; i++) {
		parts[i] = arena_alloc(a, sizeof(int));
		*parts[i] = i;
	}
	for (int i = 0; i < 10000; i++)
		cr_assert_eq(*parts[i], i);
}

Test(arena, room_keeps_what_is_there)
{
	AUTO_ARENA struct arena *a = arena_new();
	int *list = NULL;
	size_t n = 0, cap = 0;

	for (int i = 0; i < 1000; i++) {
		ARENA_ROOM(a, list, n, cap);
		cr_assert(n < cap);
		list[n++] = i;
	}
	for (int i = 0; i < 1000; i++)
		cr_assert_eq(list[i], i);
}

Test(arena, copy_ends_with_nul_and_keeps_what_is_inside)
{
	AUTO_ARENA struct arena *a = arena_new();
	char source[] = "ab\0cd";
	struct slice copy = arena_copy(a, (struct slice){ source, 5 });

	memset(source, 'x', sizeof(source));
	cr_expect_eq(copy.len, 5);
	cr_expect_arr_eq(copy.ptr, "ab\0cd", 6);
}

Test(arena, copy_of_empty_and_absent)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct slice empty = arena_copy(a, SLICE(""));

	cr_expect_eq(empty.len, 0);
	cr_assert_not_null(empty.ptr);
	cr_expect_eq(empty.ptr[0], '\0');
	cr_expect_null(arena_copy(a, SLICE_NONE).ptr);
}

Test(arena, printf_makes_text_of_any_length)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct slice small = arena_printf(a, "%s-%d", "x", 7),
		     large = arena_printf(a, "%0100000d", 1);

	cr_expect_str_eq(small.ptr, "x-7");
	cr_expect_eq(small.len, 3);
	cr_expect_eq(large.len, 100000);
	cr_expect_eq(strlen(large.ptr), 100000);
	cr_expect_eq(arena_printf(a, "%s", "").len, 0);
}

Test(arena, free_of_null)
{
	arena_free(NULL);
}

/* Stays reachable when the program ends, so that no leak is reported. */
static struct arena *volatile kept;

Test(arena, array_whose_size_overflows_ends_the_program, .exit_code = 1)
{
	cr_redirect_stderr();
	(void)arena_array(kept = arena_new(), SIZE_MAX / 2, 4);
}

Test(arena, impossible_size_ends_the_program, .exit_code = 1)
{
	cr_redirect_stderr();
	(void)arena_alloc(kept = arena_new(), SIZE_MAX - 3);
}

Test(arena, join)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct slice parts[] = { SLICE("a"), { NULL, 0 }, SLICE(""), SLICE("bc") };

	cr_expect_str_eq(arena_join(a, parts, 4).ptr, "abc");
	cr_expect_eq(arena_join(a, parts, 4).len, 3);
	cr_expect_str_eq(arena_join(a, parts, 0).ptr, "");
}
