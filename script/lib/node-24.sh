# Sourced by the scripts of this folder, from the root of the checkout. Makes sure that the development
# dependencies are installed and that node_modules/.bin/node is the Node 24 which the action itself runs on.

ensure_node_24() {
  if ! command -v npm >/dev/null; then
    echo "npm is not on PATH. Next: install Node.js 20 or newer, then run this again." >&2
    return 1
  fi
  # A copy of the lock file that was installed: another one means other packages, and another bundle.
  if ! cmp -s package-lock.json node_modules/.installed-lock; then
    echo "installing the development dependencies (npm ci)" >&2
    # Errors only: an older Node, which is all that npm needs here, draws a warning from every package that wants more.
    npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >&2
    cp package-lock.json node_modules/.installed-lock
  fi
  # The package `node` fetches its binary in an install script: the one script of a dependency that is run.
  if ! node_modules/.bin/node --version 2>/dev/null | grep -q '^v24\.'; then
    echo "fetching Node 24 (npm rebuild node)" >&2
    npm rebuild node --foreground-scripts --ignore-scripts=false --no-update-notifier --loglevel=error >&2
  fi
  node_modules/.bin/node --version | grep -q '^v24\.' || {
    echo "node_modules/.bin/node is not Node 24. Next: remove node_modules and run this again." >&2
    return 1
  }
}
