/** What a file of `commands/` exports. */
import type { Command } from "commander";

/** Adds a command to the program. Each file in `commands/` exports one. */
export type RegisterCommand = (program: Command) => void;
