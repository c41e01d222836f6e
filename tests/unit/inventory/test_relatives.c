/*
 * What a VirtualService has to do with others: delegates inherit mirrors of the routes that name
 * them.
 */
#include "tests/unit/plan/sketch.h"

#include <criterion/criterion.h>

#define ROOT(route)                                                                                \
	"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: root, "        \
	"namespace: a}\nspec:\n  hosts: [h]\n  http:\n" route
#define CHILD VS_IN("b", "child") ALL_OLD

static const struct {
	const char *name, *root;
	bool mirrored, known; /* may the delegate have our mirror; is a root found */
} rows[] = {
	{ "a plain root", ROOT("  - delegate: {name: child, namespace: b}\n"), true, true },
	{ "a root with a mirror",
	  ROOT("  - delegate: {name: child, namespace: b}\n    mirror: {host: m}\n"), false, true },
	{ "a root with mirrors",
	  ROOT("  - delegate: {name: child, namespace: b}\n    mirrors: [{destination: {host: "
	       "m}}]\n"),
	  false, true },
	{ "a root with a percentage alone",
	  ROOT("  - delegate: {name: child, namespace: b}\n    mirrorPercentage: {value: 5}\n"),
	  false, true },
	{ "a root of another one",
	  ROOT("  - delegate: {name: other, namespace: b}\n    mirror: {host: m}\n"), true, false },
	{ "a root of another namespace",
	  ROOT("  - delegate: {name: child}\n    mirror: {host: m}\n"), true, false },
	{ "no root", NULL, true, false },
};

Test(relatives, of_a_delegate_beside_something_with_hosts)
{
	struct sketch *s = sketch_new();
	const struct step *step;

	sketch_file(s, "child.yaml",
		    "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e, "
		    "namespace: b}\nspec:\n  hosts:\n  - " OLD
		    "\n  ports: [{number: 80, name: http, protocol: HTTP}]\n---\n" CHILD);
	sketch_file(s, "root.yaml", rows[1].root);
	(void)sketch_migration(s, "web", OLD, NEW, "");
	sketch_survey(s);
	step = sketch_go(s, GO_UP, "mirror");
	cr_expect(!step->changes.n && finding_of(&step->findings, &CODE_mirror_own));
	sketch_free(s);
}

Test(relatives, of_a_delegate)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch *s = sketch_new();
		const struct step *step;

		sketch_file(s, "child.yaml", CHILD);
		if (rows[i].root)
			sketch_file(s, "root.yaml", rows[i].root);
		(void)sketch_migration(s, "web", OLD, NEW, "");
		sketch_survey(s);
		step = sketch_go(s, GO_UP, "mirror");
		cr_expect(!step->refused, "%s: %s", rows[i].name, why_refused(step));
		cr_expect_eq(step->changes.n == 1, rows[i].mirrored, "%s", rows[i].name);
		cr_expect_eq(finding_of(&step->findings, &CODE_mirror_own) != NULL,
			     !rows[i].mirrored, "%s", rows[i].name);
		cr_expect_eq(finding_of(&step->findings, &CODE_unchecked) == NULL, rows[i].known,
			     "%s", rows[i].name);
		sketch_free(s);
	}
}
