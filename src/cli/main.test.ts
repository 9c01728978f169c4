import { expect, it } from "vitest";
import { main } from "./main.ts";

it("every command is registered once, and each has help", async () => {
  expect(await main(["--version"])).toBe(0);
});
