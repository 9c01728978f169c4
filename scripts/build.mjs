/** Compiles src to dist. Skipped where there is no compiler (an installed package already carries dist). */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = `${root}node_modules/.bin/tsc`;
if (existsSync(compiler)) {
  rmSync(`${root}dist`, { recursive: true, force: true });
  const { status } = spawnSync(compiler, ["-p", root], {
    stdio: "inherit",
    cwd: root,
    shell: process.platform === "win32",
  });
  process.exit(status ?? 1);
}
