# Builds, tests and installs kubectl-gcpbackend. `make help` lists the targets. Requires GNU make 4
# and gcc or clang.
#
# All output is in build/. A build with another compiler (CC=clang), with DEV=1 or with SANITIZE=...
# has its own directory there, so that they do not affect each other. Changed flags rebuild what
# they affect.
#
#   V=1                          show the commands
#   DEV=1                        more warnings, and each is an error
#   SANITIZE=address,undefined   build with sanitizers
#   STATIC=0                     link shared libraries instead of archives
#   ROWS="base yaml"             only these directories of src/ and tests/unit/, for unit tests of a
#                                part (make unit ROWS=...)
#   PREFIX=/usr/local DESTDIR=   where to install
#   CFLAGS, CPPFLAGS, LDFLAGS    added after our own

VERSION := 0.1.0

PREFIX  ?= /usr/local
DESTDIR ?=
V       ?= 0
DEV     ?= 0
SANITIZE ?=
ROWS    ?=
CFLAGS  ?= -O2 -g

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/sh
export LC_ALL := C

# check and demo use all processors unless a number of jobs is specified.
jobs = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

# --- output ---------------------------------------------------------------------------------------

comma := ,
empty :=
space := $(empty) $(empty)
variant := $(strip $(if $(filter-out default,$(origin CC)),$(notdir $(firstword $(CC)))) $(if $(filter 1,$(DEV)),dev) \
	$(subst $(comma),-,$(SANITIZE)) $(ROWS))
B := build$(if $(variant),/$(subst $(space),-,$(variant)))

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-8s %s\n' '$(1)' '$(2)')

# --- sources --------------------------------------------------------------------------------------

rows      := $(if $(ROWS),$(ROWS),*)
lib_src   := $(sort $(wildcard $(foreach r,$(rows),src/$(r)/*.c)))
main_src  := plugin/main.c
plug_src  := $(if $(ROWS),,$(sort $(filter-out $(main_src),$(wildcard plugin/*.c))))
test_src  := $(sort $(wildcard $(foreach r,$(rows),tests/unit/$(r)/*.c)) $(if $(ROWS),,$(wildcard tests/unit/*.c)))
templates := $(sort $(shell find templates -type f ! -name '.*'))

lib_obj   := $(lib_src:%.c=$(B)/obj/%.o) $(plug_src:%.c=$(B)/obj/%.o) $(B)/obj/templates_data.o
main_obj  := $(main_src:%.c=$(B)/obj/%.o)
test_obj  := $(test_src:%.c=$(B)/obj/%.o)
tools     := $(patsubst tests/tools/%.c,$(B)/%,$(wildcard tests/tools/*.c))
tools_obj := $(patsubst %.c,$(B)/obj/%.o,$(sort $(wildcard tests/properties/*.c)) tests/fuzz/fuzz.c tests/unit/yaml/layout.c)

# --- flags ----------------------------------------------------------------------------------------

# zlib and libmd are used if they are installed; the linker drops what is not used.
PKG_CONFIG ?= pkg-config
LIBS       := yaml-0.1 libgit2 libcjson $(foreach l,zlib libmd,$(shell $(PKG_CONFIG) --exists $(l) 2>/dev/null && echo $(l)))
TEST_LIBS  := criterion
lib_cflags := $(shell $(PKG_CONFIG) --cflags $(LIBS) 2>/dev/null)
lib_ldlibs := $(shell $(PKG_CONFIG) --libs $(LIBS) 2>/dev/null)

# The program itself is linked to archives where possible (scripts/libs.sh explains why); the result
# of the search is kept in a file.
STATIC     ?= 1
main_ldlibs := $(lib_ldlibs)
ifeq ($(STATIC)$(SANITIZE),1)
ifneq ($(filter-out deps demo check check-libgit2 e2e torture lint format clean help uninstall compile_commands.json unit unit-tests,$(or $(MAKECMDGOALS),all)),)
include $(B)/libs.mk
endif
endif
test_cflags := $(shell $(PKG_CONFIG) --cflags $(TEST_LIBS) 2>/dev/null)
test_ldlibs := $(shell $(PKG_CONFIG) --libs $(TEST_LIBS) 2>/dev/null)

warnings := -Wall -Wextra -Wno-missing-field-initializers
ifeq ($(DEV),1)
warnings += -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wformat=2 -Wvla -Wpointer-arith \
	-Wconversion -Wundef -Wold-style-definition -Wimplicit-fallthrough -Wno-format-nonliteral
endif

# A test may pass { "a", "b" } as main's argv.
test_cflags += -Wno-write-strings

ifneq ($(SANITIZE),)
hardening := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
link_hardening := -fsanitize=$(SANITIZE)
else
hardening := -fstack-protector-strong -fPIE $(if $(filter -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
link_hardening := -pie -Wl,-z,relro -Wl,-z,now
endif

# Paths of sources in messages and debug data do not depend on the directory of the tree.
all_cppflags := -D_GNU_SOURCE -DGCB_VERSION='"$(VERSION)"' -I. -Isrc $(lib_cflags) $(CPPFLAGS)
all_cflags   := -std=gnu11 -pthread $(warnings) -ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=. $(hardening) $(CFLAGS)
all_ldflags  := -Wl,--as-needed -Wl,-O1 -Wl,--hash-style=gnu $(link_hardening) $(LDFLAGS)

compile = $(CC) $(all_cppflags) $(all_cflags)
link    = $(CC) $(all_cflags) $(all_ldflags)

# --- targets --------------------------------------------------------------------------------------

.PHONY: all check-readers check-libgit2 e2e torture mutants fuzz soak deps demo unit unit-tests test-tools check check-built lint format bench golden docs install uninstall clean compile_commands.json help FORCE

all: $(B)/kubectl-gcpbackend ## build the program: build/kubectl-gcpbackend

deps: ## install missing Debian or Ubuntu packages
	@scripts/deps.sh

demo: deps ## build, then show a complete migration in a temporary repository
	@+$(MAKE) --no-print-directory $(jobs) all
	@GCB_BINARY='$(CURDIR)/$(B)/kubectl-gcpbackend' sh examples/demo.sh

unit-tests: $(B)/unit-tests

test-tools: $(tools)

unit: $(B)/unit-tests ## build and run only the unit tests
	$(Q)$(B)/unit-tests

check: deps ## build everything and run all quick tests
	@+$(MAKE) --no-print-directory $(jobs) check-built

check-built: all $(B)/unit-tests $(tools)
	@GCB_TOOLS='$(CURDIR)/$(B)' GCB_BINARY='$(CURDIR)/$(B)/kubectl-gcpbackend' GCB_UNIT_TESTS='$(CURDIR)/$(B)/unit-tests' python3 tests/suites.py

lint: ## check layers, names, circles, sizes, banned functions, formatting, headers
	@CC='$(CC)' python3 tests/lint/lint.py

format: ## format the sources in place
	$(Q)clang-format -i $(filter-out tests/lint/%,$(sort $(wildcard src/*/*.[ch] plugin/*.[ch] tools/*.[ch] tests/*.[ch] tests/bench/*.[ch] tests/fuzz/*.[ch] tests/tools/*.[ch] tests/properties/*.[ch] tests/unit/*.[ch] tests/unit/*/*.[ch])))

CORPUS ?= ../shared/corpus/istio-manifests
soak: deps ## test the YAML editor for SECONDS (60) with random edits; PART=histories: random histories
	@+$(MAKE) --no-print-directory $(jobs) $(if $(filter histories,$(PART)),all,test-tools)
	@$(if $(filter histories,$(PART)),GCB_BINARY='$(CURDIR)/$(B)/kubectl-gcpbackend' tests/histories/run --seconds $(or $(SECONDS),60) $(if $(COUNT),--count $(COUNT)) --shrink,$(B)/yaml-soak --seconds $(or $(SECONDS),60) $(wildcard $(CORPUS)))

fuzz: deps ## fuzz the YAML editor with libFuzzer of clang for SECONDS (60)
	@sh scripts/deps.sh build ci
	@tests/fuzz/run $(or $(SECONDS),60)

check-readers: deps ## compare with other YAML readers
	@+$(MAKE) --no-print-directory $(jobs) all test-tools
	@GCB_TOOLS='$(CURDIR)/$(B)' python3 tests/readers/run.py

e2e: deps ## test against real servers, built once into a cache; PART=istio: one part
	@+$(MAKE) --no-print-directory $(jobs) all test-tools
	@GCB_TOOLS='$(CURDIR)/$(B)' GCB_BINARY='$(CURDIR)/$(B)/kubectl-gcpbackend' tests/e2e/run $(PART)

check-libgit2: deps ## run unit tests, command lines and attacks with libgit2 1.9, built once into a cache
	@sh scripts/deps.sh build libgit2
	@+python3 tests/libgit2.py

torture: deps ## kill and fail system calls; QUICK=1: every 7th, SCENE=bare: one scene
	@sh scripts/deps.sh build heavy
	@+$(MAKE) --no-print-directory $(jobs) all
	@GCB_BINARY='$(CURDIR)/$(B)/kubectl-gcpbackend' tests/torture/run $(if $(filter 1,$(QUICK)),--quick) $(SCENE)

mutants: deps ## check that a test detects each of some faults in the YAML editor
	@python3 tests/mutants.py

bench: all $(tools) ## compare speed and memory with alternatives
	@GCB_TOOLS='$(CURDIR)/$(B)' GCB_BINARY='$(CURDIR)/$(B)/kubectl-gcpbackend' tests/bench/run

golden: all ## rewrite the expected files of tests/cli; review with git diff
	@GCB_BINARY='$(CURDIR)/$(B)/kubectl-gcpbackend' python3 tests/cli/run --golden $(CASES)

docs: all ## write docs/codes.md from the codes of the program
	@GCB_BINARY='$(CURDIR)/$(B)/kubectl-gcpbackend' python3 scripts/codes.py

install: all ## install to PREFIX (/usr/local), below DESTDIR
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/share/doc/kubectl-gcpbackend'
	install -m 755 $(B)/kubectl-gcpbackend '$(DESTDIR)$(PREFIX)/bin/kubectl-gcpbackend'
	install -m 644 LICENSE '$(DESTDIR)$(PREFIX)/share/doc/kubectl-gcpbackend/LICENSE'

uninstall: ## remove the installed files
	rm -f '$(DESTDIR)$(PREFIX)/bin/kubectl-gcpbackend' '$(DESTDIR)$(PREFIX)/share/doc/kubectl-gcpbackend/LICENSE'
	rmdir '$(DESTDIR)$(PREFIX)/share/doc/kubectl-gcpbackend' 2>/dev/null || true

clean: ## remove build/
	rm -rf build

compile_commands.json: ## write compile_commands.json for editors and analyzers
	$(call say,GEN,$@)
	$(Q)printf '%s\n' $(foreach s,$(lib_src) $(plug_src) $(wildcard $(main_src)) $(test_src),'$(s)') | \
		python3 scripts/compile_commands.py '$(CURDIR)' $(compile) $(test_cflags) >$@

help: ## show this list
	@sed -n 's/^\([a-z0-9_.-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r target text; do printf '  %-22s %s\n' "$$target" "$$text"; done

# --- rules ----------------------------------------------------------------------------------------

# A stamp is rewritten only if its text changes; what depends on it is then rebuilt.
define stamp
@mkdir -p $(@D)
@printf '%s\n' $(1) | cmp -s - $@ || printf '%s\n' $(1) >$@
endef

quoted = '$(subst ','\'',$(1))'

$(B)/libs.mk: scripts/libs.sh Makefile
	@mkdir -p $(@D)
	$(call say,LIBS,$(LIBS))
	$(Q)printf 'main_ldlibs := %s\n' "$$(scripts/libs.sh '$(CC)' '$(PKG_CONFIG)' $(LIBS))" >$@

$(B)/compile.stamp: FORCE
	$(call stamp,$(call quoted,$(compile) $(test_cflags)))

$(B)/link.stamp: FORCE
	$(call stamp,$(call quoted,$(link) $(main_ldlibs) $(lib_ldlibs) $(test_ldlibs) $(lib_obj) $(main_obj) $(test_obj)))

$(B)/templates.stamp: FORCE
	$(call stamp,$(call quoted,$(templates)))

$(B)/obj/tests/%.o: tests/%.c $(B)/compile.stamp
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(compile) $(test_cflags) -MMD -MP -c -o $@ $<

$(B)/obj/%.o: %.c $(B)/compile.stamp
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(compile) -MMD -MP -c -o $@ $<

$(B)/obj/templates_data.o: $(B)/templates_data.c $(B)/compile.stamp
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(compile) -MMD -MP -c -o $@ $<

$(B)/embed: tools/embed.c
	@mkdir -p $(@D)
	$(call say,HOSTCC,$<)
	$(Q)$(CC) -std=gnu11 -O1 $(warnings) -o $@ $<

$(B)/templates_data.c: $(B)/embed $(templates) $(B)/templates.stamp
	$(call say,EMBED,templates/)
	$(Q)$(B)/embed templates $(patsubst templates/%,%,$(templates)) >$@

$(B)/kubectl-gcpbackend: $(main_obj) $(lib_obj) $(B)/link.stamp
	$(call say,LINK,$@)
	$(Q)$(link) -Wl,--gc-sections -o $@ $(main_obj) $(lib_obj) $(main_ldlibs)

# Criterion finds its tests in a section that nothing references: no --gc-sections here.
$(B)/unit-tests: $(test_obj) $(lib_obj) $(B)/link.stamp
	$(call say,LINK,$@)
	$(Q)$(link) -o $@ $(test_obj) $(lib_obj) $(lib_ldlibs) $(test_ldlibs)

# Programs for tests in other languages.
$(tools): $(B)/%: $(B)/obj/tests/tools/%.o $(tools_obj) $(lib_obj) $(B)/link.stamp
	$(call say,LINK,$@)
	$(Q)$(link) -Wl,--gc-sections -o $@ $< $(tools_obj) $(lib_obj) $(lib_ldlibs)

-include $(tools_obj:.o=.d) $(tools:$(B)/%=$(B)/obj/tests/tools/%.d) $(lib_obj:.o=.d) $(main_obj:.o=.d) $(test_obj:.o=.d)
