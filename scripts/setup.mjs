/** Makes a clone ready to run: installs what the lock file names and compiles, each only when something has changed since. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
const newestSource = (folder) =>
  readdirSync(folder, { recursive: true }).reduce((newest, name) => Math.max(newest, modified(`${folder}/${name}`)), 0);

function run(command, args) {
  const { status } = spawnSync(command, args, {
    stdio: ["ignore", process.stderr, "inherit"],
    cwd: root,
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
}

if (modified(`${root}node_modules/.package-lock.json`) < modified(`${root}package-lock.json`)) {
  console.error("installing packages (once; a minute or two) ...");
  run("npm", ["ci", "--no-audit", "--no-fund"]);
}
if (modified(`${root}dist/index.js`) < newestSource(`${root}src`)) {
  console.error("compiling ...");
  run(process.execPath, [`${root}scripts/build.mjs`]);
}
