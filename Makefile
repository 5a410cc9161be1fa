# Graft. `make help` lists what can be made.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CONFIGURATION ?= Release
DOTNET_FLAGS  ?= -c $(CONFIGURATION) --nologo -v quiet
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
BIN := artifacts/bin
OUTPUT := $(shell echo $(CONFIGURATION) | tr '[:upper:]' '[:lower:]')
LINK_PROGRAMS := mkdir -p bin && ln -sf ../$(BIN)/Graft.Cli/$(OUTPUT)/graft bin/graft && ln -sf graft bin/kubectl-graft

.PHONY: help build demo test verify test-golden test-cluster bench-trainer image push-images generate bench-operator soak-operator soak-local format clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build everything; bin/graft is the command line, bin/kubectl-graft the same for kubectl
	dotnet build Operator.sln $(DOTNET_FLAGS)
	@$(LINK_PROGRAMS)

demo: ## train a LoRA adapter on a small LLaMA on this computer, and compare both: graft run examples/quickstart/
	dotnet build src/Graft.Cli $(DOTNET_FLAGS)
	dotnet build src/Graft.Trainer $(DOTNET_FLAGS)
	@$(LINK_PROGRAMS)
	bin/graft run examples/quickstart/

test: verify ## run every test; the last line is "N passed, N failed, N skipped"
	@eng/run-tests.sh

verify: build ## check what needs no test to run: formatting, generated files, which part refers to which, style
	dotnet format whitespace Operator.sln --no-restore --verify-no-changes
	@eng/run-tests.sh Graft.Architecture.Tests

test-golden: build ## run the golden cases in tests/golden, or in the folder GRAFT_GOLDEN
	@eng/run-golden.sh

bench-trainer: ## measure a training step against transformers and PyTorch, in turn (needs root for the peer)
	dotnet build bench/Graft.Bench $(DOTNET_FLAGS)
	@bench/trainer.sh

test-cluster: build ## run the tests on a real Kubernetes (needs root)
	@eng/run-tests.sh Graft.Cluster.Tests

image: ## build both images, without a container engine, as archives in artifacts/images
	eng/image.sh operator artifacts/images/operator.tar
	eng/image.sh trainer artifacts/images/trainer.tar

push-images: image ## push both images to a registry, without a container engine: REGISTRY=registry.example/graft
	dotnet build src/Graft.Cli $(DOTNET_FLAGS)
	@$(LINK_PROGRAMS)
	eng/push-images.sh "$(REGISTRY)"

generate: ## write the CRDs and the API reference from the types in src/Graft.Api
	@dotnet run --project eng/Graft.Generate -c $(CONFIGURATION) -- .

bench-operator: build ## measure the operator on a real API server; RUNS=1000 WRITERS=8 (needs root)
	@bench/operator.sh $(or $(RUNS),1000) $(or $(WRITERS),8)

soak-operator: build ## kill operators and cut their connections ROUNDS=60 times each, stop leaders, restart over RUNS=10000 finished runs, on a real API server (needs root)
	@GRAFT_SOAK_ROUNDS=$(or $(ROUNDS),60) GRAFT_SCALE_RUNS=$(or $(RUNS),10000) $(BIN)/Graft.Operator.Tests/$(OUTPUT)/Graft.Operator.Tests -noLogo -noColor -showLiveOutput \
	  -class Graft.Operator.Tests.Server.StormTests -class Graft.Operator.Tests.Server.FailoverTests \
	  -class Graft.Operator.Tests.Server.FinishedRunsTests

soak-local: build ## kill graft and its trainer KILLS=30 times at random points, and compare with a run that nobody disturbed
	@GRAFT_SOAK_KILLS=$(or $(KILLS),30) $(BIN)/Graft.Cli.Tests/$(OUTPUT)/Graft.Cli.Tests -noLogo -noColor -showLiveOutput \
	  -class Graft.Cli.Tests.Commands.KilledRunTests

format: ## format the sources
	dotnet format Operator.sln

clean: ## delete what was built
	rm -rf artifacts bin graft-out
