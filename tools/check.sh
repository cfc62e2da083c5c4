#!/bin/sh
# Lint, formatting, types, shellcheck, workflows and the package. ESLint takes as long as all others, and runs beside them.

npm run --silent lint:code &
failed=
for check in types lint:format lint:shell lint:workflows lint:package; do
    npm run --silent "$check" || failed=yes
done
wait "$!" && [ -z "$failed" ]
