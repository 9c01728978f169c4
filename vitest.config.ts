import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: ["test/support/compiled.ts"],
    setupFiles: ["test/support/matchers.ts"],
    // A machine that is shared may be ten times slower: HEMACAST_TEST_TIMEOUT in ms.
    testTimeout: Number(process.env.HEMACAST_TEST_TIMEOUT ?? 180_000),
    hookTimeout: Number(process.env.HEMACAST_TEST_TIMEOUT ?? 180_000),
    pool: "forks",
  },
});
