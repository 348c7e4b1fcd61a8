# The programs that show other allocators than the C library's, as far as these are there.
archive = $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a))
ALLOCATORS = jemalloc tcmalloc tcmalloc_minimal mimalloc
ALLOCATOR_LIBRARIES = $(foreach name,$(ALLOCATORS),$(if $(filter /%,$(shell $(CC) -print-file-name=lib$(name).so)),$(name)))
ALLOCATOR_ARCHIVES = $(if $(call archive,stdc++),$(foreach name,$(ALLOCATORS),$(if $(call archive,$(name)),$(name))))
TRUTHS = truth-static $(ALLOCATOR_LIBRARIES:%=truth-%) $(ALLOCATOR_ARCHIVES:%=truth-%-static)
ifneq ($(shell command -v musl-gcc),)
TRUTHS += truth-musl truth-musl-static
endif

# What speaks an allocator's own interface needs it to be there.
MORE = pools confined static-stripped static-hidden $(if $(shell command -v go),only-go) $(filter mimalloc,$(ALLOCATOR_LIBRARIES)) \
	$(if $(filter jemalloc,$(ALLOCATOR_LIBRARIES)),mallocx)

all: $(patsubst %,$(OUT)/%,$(TRUTHS) $(MORE) libkills-confined.so)

TRUTH = truth sites tally talk
TRUTH_OBJECTS = $(TRUTH:%=$(OUT)/%.o)

$(OUT)/truth-static: $(TRUTH_OBJECTS)
	$(CC) $(LDFLAGS) -static -o $@ $^

$(ALLOCATOR_LIBRARIES:%=$(OUT)/truth-%): $(OUT)/truth-%: $(TRUTH_OBJECTS)
	$(CC) $(LDFLAGS) -o $@ $^ -l$*

MORE_tcmalloc = -l:libunwind.so.8
$(ALLOCATOR_ARCHIVES:%=$(OUT)/truth-%-static): $(OUT)/truth-%-static: $(TRUTH_OBJECTS)
	$(CC) $(LDFLAGS) -o $@ $^ $(call archive,$*) $(MORE_$*) -lstdc++ -lm

MUSL_TRUTH = $(TRUTH:%=%.c) sites.h tally.h talk.h
$(OUT)/truth-musl: $(MUSL_TRUTH) | $(OUT)
	musl-gcc $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^)
$(OUT)/truth-musl-static: $(MUSL_TRUTH) | $(OUT)
	musl-gcc $(CFLAGS) -static -o $@ $(filter %.c,$^)

$(OUT)/pools: $(OUT)/pools.o $(OUT)/tally.o $(OUT)/talk.o
$(OUT)/confined: $(OUT)/confined.o $(OUT)/tally.o $(OUT)/talk.o
$(OUT)/mallocx: $(OUT)/mallocx.o $(OUT)/tally.o $(OUT)/talk.o
$(OUT)/mimalloc: $(OUT)/mimalloc.o $(OUT)/tally.o $(OUT)/talk.o
$(OUT)/mallocx: LIBRARY = -ljemalloc
$(OUT)/mimalloc: LIBRARY = -lmimalloc
$(OUT)/pools $(OUT)/confined $(OUT)/mallocx $(OUT)/mimalloc:
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBRARY)

$(OUT)/libkills-confined.so: kills-confined.c | $(OUT)
	$(CC) $(CFLAGS) -fPIC -shared -o $@ $<

$(OUT)/static-stripped: static-site.c | $(OUT)
	$(CC) $(CFLAGS) -static -s -o $@ $<

# The allocator's names are there, but not to be seen from outside, as optimising linkers leave them.
$(OUT)/static-hidden: $(OUT)/static-site
	objcopy $(foreach name,malloc calloc realloc free,-L $(name) -L __libc_$(name)) $< $@

$(OUT)/only-go: only-go.go | $(OUT)
	GOCACHE=$(abspath $(OUT))/go-cache GO111MODULE=off CGO_ENABLED=0 go build -o $@ $<
