# Sets the build environment of this project in the calling shell:
#   source scripts/env.sh
# shellcheck shell=bash
_options=$(set +o)
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
use_build_environment
eval "$_options"
set +e +u
unset _options
