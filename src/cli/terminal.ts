/** The two streams of the command line: results on stdout, everything else on stderr. */

import { toJson } from "../core/json.ts";
import type { OnProgress } from "../core/progress.ts";

/** Prints one JSON document, and nothing else, on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(toJson(value));
}

/** Prints text for people on stdout. */
export function printText(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Prints a line about the run on stderr. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Shows progress on stderr: a bar with the time left on a terminal, a quiet line per stage in a pipe.
 *
 * @returns the listener, and `stop`, which clears the bar
 */
export function showProgress(): { onProgress: OnProgress; stop: () => void } {
  let stage = "";
  let startedAt = 0;
  let drawnAt = 0;
  const clear = (): void => {
    if (process.stderr.isTTY && drawnAt > 0) process.stderr.write("\r\x1b[K");
  };
  return {
    onProgress: (event) => {
      const now = performance.now();
      if (event.stage !== stage) {
        stage = event.stage;
        startedAt = now;
        drawnAt = 0;
        if (!process.stderr.isTTY) note(`${stage} ...`);
      }
      if (!process.stderr.isTTY || (now - drawnAt < 100 && event.done < event.total)) return;
      drawnAt = now;
      process.stderr.write(`\r\x1b[K${progressLine(event.stage, event.done, event.total, (now - startedAt) / 1000)}`);
    },
    stop: clear,
  };
}

/**
 * One line of progress with the time left, in seconds or minutes.
 *
 * @example progressLine("segment", 5, 10, 20) // => "segment  [############............]  50 %  5/10  about 20 s left"
 */
export function progressLine(stage: string, done: number, total: number, elapsedSeconds: number): string {
  const fraction = total > 0 ? Math.min(done / total, 1) : 1;
  const filled = Math.round(24 * fraction);
  const bar = "#".repeat(filled) + ".".repeat(24 - filled);
  const left = fraction > 0 ? (elapsedSeconds / fraction) * (1 - fraction) : Number.POSITIVE_INFINITY;
  const eta = Number.isFinite(left)
    ? left < 90
      ? `about ${Math.round(left)} s left`
      : `about ${Math.round(left / 60)} min left`
    : "";
  return `${stage}  [${bar}]  ${Math.round(100 * fraction)} %  ${done}/${total}  ${eta}`.trimEnd();
}
