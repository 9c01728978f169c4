import { expect, it } from "vitest";
import { main } from "./main.ts";

it("every command is registered once: the program starts", async () => {
  expect(await main(["--version"])).toBe(0);
});

it("every shipped model still is what was published", async () => {
  expect(await main(["models", "verify"])).toBe(0);
  expect(await main(["models", "list"])).toBe(0);
});
