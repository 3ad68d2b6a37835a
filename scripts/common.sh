# Sourced by every script here: stops at the first error, goes to the top of the repository, and knows how we build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# All debug verbs use the same flags, so that nothing is built twice. Undeclared imports are errors; that check fails with a message
# far above a last line that still says "Build complete!", so the exit status is what counts.
build_flags=(--explicit-target-dependency-import-check error --jobs "${JOBS:-$(nproc)}")

say() { printf '== %s\n' "$*"; }
fail() { printf '== %s\n' "$*" >&2; exit 1; }

# phase NAME COMMAND…: runs the command and says how long it took.
phase() {
    local name=$1 start=$SECONDS
    shift
    say "$name"
    if "$@"; then
        say "$name: done in $((SECONDS - start)) s"
    else
        fail "$name: FAILED after $((SECONDS - start)) s"
    fi
}

# files PATTERN: our files of that name, one per line, without what was built or fetched.
files() { find . \( -name .git -o -name .build -o -name .venv \) -prune -o -type f -name "$1" -print | sed 's@^\./@@' | sort; }

# Puts swift on the PATH when it is installed in one of its usual places.
find_swift() {
    local folder
    command -v swift >/dev/null && return
    for folder in "${SWIFTLY_BIN_DIR:-}" "${HOME:-/nonexistent}/.local/share/swiftly/bin" /opt/swift/usr/bin /usr/local/swift/usr/bin; do
        if [ -n "$folder" ] && [ -x "$folder/swift" ]; then
            export PATH="$folder:$PATH"
            return
        fi
    done
    fail "Swift 6.3 or later is needed and no 'swift' was found. Install it from https://www.swift.org/install/linux and put it on the PATH."
}
