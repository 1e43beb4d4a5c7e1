# make shows the targets. Everything that tests goes through tools/gate, which counts and fails when nothing ran.

TARGETS = help run build console generate lint test test-unit test-tools test-bench test-accuracy test-fuzz test-sdk test-awscli test-terraform test-audit test-oidc test-scenario test-reports test-console test-trail test-crash test-powercut test-hostile fuzz bench bench-console bench-peers bench-packages pictures clean
.PHONY: $(TARGETS) gate warder
.DEFAULT_GOAL = help

DATA      ?= .warder
LISTEN    ?= 127.0.0.1:4600
FUZZTIME  ?= 3s
BENCH     ?= .
BENCHTIME ?= 2s
COUNT     ?= 5
EVENTS    ?= 10000000
SEARCH_MB ?= 8
GATE       = bin/tools/gate -fuzztime $(FUZZTIME)

help:
	@echo 'Targets: $(TARGETS)'
	@echo
	@echo '  make run              build, then serve on $(LISTEN) with the data in $(DATA)  (DATA=DIR LISTEN=HOST:PORT)'
	@echo '  make build            bin/warder, with the console in it where Node.js is there'
	@echo '  make console          the console alone, into internal/console/dist'
	@echo '  make test             lint and every test; closes with "N passed, N failed, N skipped"'
	@echo '  make test-SUITE       one part of it: unit tools bench accuracy fuzz awscli oidc scenario reports console trail terraform crash audit sdk hostile powercut'
	@echo '  make fuzz             every fuzz target for FUZZTIME each (FUZZTIME=1m)'
	@echo '  make bench            the benchmarks beside net/http, the disk and the peers, COUNT runs of BENCHTIME each; closes with a table'
	@echo '                        of the trail: EVENTS=10000000 events, for which TMPDIR needs 8 GB; SEARCH_MB=1000 COUNT=1 BENCH=Search: a gigabyte of files, half an hour'
	@echo '  make bench-peers      of these, decisions beside other engines (BENCH=Peers/opa for one)'
	@echo '  make bench-console    the console in Chromium: the first page, long lists, the map of 20,000 nodes; four minutes, closes with tables for web/bench/README.md'
	@echo '  make bench-packages   the benchmarks of the single packages'
	@echo '  make generate         write anew what is generated: API shapes (python3 with botocore), catalog (npm), docs/operations.md'
	@echo '  make pictures         take the pictures of README.md anew (npm, chromium)'
	@echo
	@echo 'WARDER_REQUIRE="awscli terraform node python3 boto3 botocore xmllint chromium jq s3 strace race" makes a missing client a failure instead of a notice.'

build: console
	@$(MAKE) --no-print-directory warder

# The browser's part, which go build takes as it finds it.
console:
	@sh web/build.sh

# Without debugger tables, and with a compiler that collects no garbage (at 4 times the usual heap it takes a tenth longer), the
# first build on a cold cache takes about 85 CPU-seconds, three quarters of a minute of two cores: 27 are the standard library's,
# 17 SQLite's, 20 our own. Stack traces need no such tables.
warder:
	@echo 'building bin/warder; the first time takes three quarters of a minute'
	@GOGC=off GOMEMLIMIT=2GiB CGO_ENABLED=0 go build -trimpath -gcflags=all=-dwarf=false -ldflags=-w -o bin/warder ./cmd/warder

# The first start says how to go on; it writes the administrator's key beside the data, not on the screen. The server does not
# wait for the console: that is built beside it, out of its way, and served from where it is put as soon as it is there.
run: warder
	@nice -n 19 sh web/build.sh & \
	exec bin/warder serve --data $(DATA) --listen $(LISTEN) --admin-credentials $(DATA).credentials --console-dir internal/console/dist

generate:
	go run ./internal/apigen
	sh internal/catalogen/generate.sh
	go run ./internal/operationindex

pictures: console
	cd web && npm run --silent pictures

gate:
	@go build -C tools -o ../bin/tools/ ./gate

lint: gate
	@$(GATE) lint

test: gate
	@$(GATE) lint unit tools bench accuracy fuzz awscli oidc scenario reports console trail terraform crash audit sdk hostile powercut

test-unit test-tools test-bench test-accuracy test-fuzz test-sdk test-awscli test-terraform test-audit test-oidc test-scenario test-reports test-console test-trail test-crash test-powercut test-hostile: test-%: gate
	@$(GATE) $*

fuzz: test-fuzz

bench:
	@WARDER_BENCH_SEARCH_MB=$(SEARCH_MB) go test -C bench -timeout 60m -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -count $(COUNT) .
	@go test -run '^$$' -bench '^Benchmark(Audit|Build|WhoCan|Managed|Replay|Observe)$$' -benchtime $(BENCHTIME) ./internal/accuracy ./audit/... ./policy/lint
	@WARDER_BENCH_EVENTS=$(EVENTS) go test -timeout 60m -run '^$$' -bench '^Benchmark(Lookup|Sustained)$$' -benchtime $(BENCHTIME) ./internal/trailstore

bench-peers: BENCH = Peers
bench-peers: bench

bench-console: build
	@npm --prefix web run --silent bench

bench-packages:
	go test -run '^$$' -bench . -benchmem ./...

clean:
	rm -rf bin
