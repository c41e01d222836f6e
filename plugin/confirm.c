#include "plugin/confirm.h"

#include "plugin/say.h"

int confirm(const struct app *app, bool yes, struct slice question, struct err *err)
{
	char answer[16] = "";

	if (yes)
		return 0;
	if (!app->in_tty) {
		(void)err_set(err, &CODE_not_confirmed, NOWHERE,
			      "cannot ask for confirmation: standard input is not a terminal");
		return err_remedy(err, "use --yes");
	}
	say_question(app, "%" SLICE_FMT, SLICE_ARG(question));
	if (!fgets(answer, sizeof(answer), stdin) || (answer[0] != 'y' && answer[0] != 'Y'))
		return err_set(err, &CODE_not_confirmed, NOWHERE,
			       "not confirmed; nothing was changed");
	return 0;
}
