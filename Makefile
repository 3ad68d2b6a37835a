# Every verb is a script in scripts/, which also runs on its own, from any directory. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup trial build test test-fast format lint bench fuzz clean

help: ## list these verbs
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r verb says; do printf '%-18s %s\n' "$$verb" "$$says"; done

setup: ## install the Debian packages that are missing, those of the tests included
	@scripts/setup test

trial: ## see an agent and its instance at work on this machine (ARGS="--keep DIR --once")
	@scripts/trial $(ARGS)

build: ## release build of midguard; prints where it is
	@scripts/build

test: ## everything that must hold: lint, floors, arrows, all tests, documents
	@scripts/test

test-fast: ## tests of Standards and Decisions only: no network, no disk
	@scripts/test-fast

format: ## lay out all Swift files as .swift-format says
	@scripts/format

lint: ## layout, floors and scripts, without building
	@scripts/lint

bench: ## measure the release build, next to peers where they are installed (ARGS="--only NAME")
	@scripts/bench $(ARGS)

fuzz: ## hostile bytes for every parser, FUZZ_SECONDS (30) each
	@scripts/fuzz $(ARGS)

clean: ## remove what was built
	@scripts/clean
