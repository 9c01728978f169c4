import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { symmetricEigenvalues } from "./symmetric-eigenvalues.ts";

it.each([1, 2, 3, 7, 40, 90])("equals the slower twin of ml-matrix for a random symmetric matrix of size %d", (m) => {
  const random = createRandom(m);
  const entries = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      // A third of the entries is nothing, as between grey levels that are never neighbours.
      const x = random.uniform() < 1 / 3 ? 0 : random.uniform() - 0.3;
      entries[i * m + j] = x;
      entries[j * m + i] = x;
    }
  }
  const twin = new EigenvalueDecomposition(Matrix.from1DArray(m, m, entries), { assumeSymmetric: true });
  const expected = twin.realEigenvalues.sort((a, b) => a - b);
  const found = symmetricEigenvalues(entries, m);
  for (const [n, value] of expected.entries()) expect(found[n]).toBeCloseTo(value, 11);
});

it("finds repeated and zero eigenvalues", () => {
  // All ones: m once, 0 else. Blocks: those of each.
  expect([...symmetricEigenvalues(new Float64Array(25).fill(1), 5)].map((x) => Math.round(1e12 * x) / 1e12)).toEqual([
    0, 0, 0, 0, 5,
  ]);
  expect([...symmetricEigenvalues(Float64Array.of(2, 0, 0, 0, 2, 0, 0, 0, -1), 3)]).toEqual([-1, 2, 2]);
  expect([...symmetricEigenvalues(new Float64Array(9), 3)]).toEqual([0, 0, 0]);
});
