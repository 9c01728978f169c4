#!/usr/bin/env node
import { main } from "../dist/cli/main.js";

// Who reads a part of what we print, as `head` does, closes the pipe: no fault of anybody.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
process.exitCode = await main(process.argv.slice(2));
