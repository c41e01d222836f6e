/*
 * Leaks that are not ours, for LeakSanitizer: libgit2 1.5 loses a little memory of pcre2 whenever
 * it looks for configuration by a pattern, as it does when it opens a repository; Criterion loses a
 * message when tests run in parallel.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2\nleak:libcriterion\n";
}
