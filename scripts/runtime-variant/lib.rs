//! Empty: the build script does the work, when `scripts/build-runtime.sh` asks for it.
