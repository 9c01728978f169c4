/** Eigenvalues and eigenvectors of symmetric 3x3 matrices. */
import type { Vec3 } from "./vec3.ts";

/** A symmetric 3x3 matrix by its six different entries. */
export interface Symmetric3 {
  readonly xx: number;
  readonly xy: number;
  readonly xz: number;
  readonly yy: number;
  readonly yz: number;
  readonly zz: number;
}

/** Eigenvalues from the largest to the smallest, and the unit eigenvector of each. */
export interface Eigen3 {
  readonly values: Vec3;
  readonly vectors: readonly [Vec3, Vec3, Vec3];
}

/**
 * Eigenvalues and eigenvectors of a symmetric 3x3 matrix by Jacobi rotations, accurate to rounding also where eigenvalues are equal or zero.
 *
 * @see Golub & Van Loan, Matrix Computations, section 8.5
 * @example symmetricEigen({ xx: 2, xy: 0, xz: 0, yy: 5, yz: 0, zz: 3 }).values // => [5, 3, 2]
 */
export function symmetricEigen(matrix: Symmetric3): Eigen3 {
  const { xx, xy, xz, yy, yz, zz } = matrix;
  const a = [
    [xx, xy, xz],
    [xy, yy, yz],
    [xz, yz, zz],
  ] as number[][];
  const v = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ] as number[][];
  for (let sweep = 0; sweep < 50; sweep++) {
    const off = Math.abs(at(a, 0, 1)) + Math.abs(at(a, 0, 2)) + Math.abs(at(a, 1, 2));
    if (off === 0) break;
    rotate(a, v, 0, 1);
    rotate(a, v, 0, 2);
    rotate(a, v, 1, 2);
  }
  const order = [0, 1, 2].sort((p, q) => at(a, q, q) - at(a, p, p)) as [number, number, number];
  const vector = (column: number): Vec3 => [at(v, 0, column), at(v, 1, column), at(v, 2, column)];
  return {
    values: [at(a, order[0], order[0]), at(a, order[1], order[1]), at(a, order[2], order[2])],
    vectors: [vector(order[0]), vector(order[1]), vector(order[2])],
  };
}

/** Makes entry (p, q) zero by turning the plane of axes p and q. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  const apq = at(a, p, q);
  if (apq === 0) return;
  const theta = (at(a, q, q) - at(a, p, p)) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let r = 0; r < 3; r++) {
    const [arp, arq] = [at(a, r, p), at(a, r, q)];
    put(a, r, p, c * arp - s * arq);
    put(a, r, q, s * arp + c * arq);
  }
  for (let r = 0; r < 3; r++) {
    const [apr, aqr] = [at(a, p, r), at(a, q, r)];
    put(a, p, r, c * apr - s * aqr);
    put(a, q, r, s * apr + c * aqr);
    const [vrp, vrq] = [at(v, r, p), at(v, r, q)];
    put(v, r, p, c * vrp - s * vrq);
    put(v, r, q, s * vrp + c * vrq);
  }
  put(a, p, q, 0);
  put(a, q, p, 0);
}

function at(m: readonly (readonly number[])[], row: number, column: number): number {
  return (m[row] as readonly number[])[column] as number;
}

function put(m: number[][], row: number, column: number, value: number): void {
  (m[row] as number[])[column] = value;
}
