/** Catalogue rows of what is measured of a region as a whole: its shape, its intensities, their histograms. Columns as `catalogue.ts` says. */

/** Rows by family. V, A: volume and area of the mesh; l1 >= l2 >= l3: variances along the principal axes; x: intensities of the N voxels, mean m. */
export const regionRows = {
  shape: `
Elongation | Q3CK | 1 | 0..1 | sqrt(l2 / l1)
Flatness | N17B | 1 | 0..1 | sqrt(l3 / l1)
LeastAxisLength | 7J51 | mm | >= 0 | 4 sqrt(l3)
MajorAxisLength | TDIC | mm | >= 0 | 4 sqrt(l1)
Maximum2DDiameterColumn | - the standard has no diameters within planes | mm | >= 0 | largest distance of two mesh vertices in a plane of constant j
Maximum2DDiameterRow | - the standard has no diameters within planes | mm | >= 0 | largest distance of two mesh vertices in a plane of constant i
Maximum2DDiameterSlice | - the standard has no diameters within planes | mm | >= 0 | largest distance of two mesh vertices in a plane of constant k
Maximum3DDiameter | L0JK | mm | > 0 | largest distance of two mesh vertices
MeshVolume | RNU0 | mm3 | > 0 | sum of signed tetrahedra under the mesh's triangles
MinorAxisLength | P9VJ | mm | >= 0 | 4 sqrt(l2)
Sphericity | QCFX | 1 | 0..1 | (36 pi V^2)^(1/3) / A
SurfaceArea | C0JK | mm2 | > 0 | sum of the mesh's triangles
SurfaceVolumeRatio | 2PR5 | 1/mm | > 0 | A / V
VoxelVolume | YEKZ | mm3 | > 0 | voxels, each with the extent of its slice
Compactness1 | SKGS | 1 | 0..0.06 | V / (sqrt(pi) A^(3/2))
Compactness2 | BQWJ | 1 | 0..1 | 36 pi V^2 / A^3
SphericalDisproportion | KRCK | 1 | >= 1 | A / (36 pi V^2)^(1/3)`,
  shape2D: `
Elongation | - the standard has no shape in a plane | 1 | 0..1 | sqrt(l2 / l1) in the plane
MajorAxisLength | - the standard has no shape in a plane | mm | >= 0 | 4 sqrt(l1) in the plane
MaximumDiameter | - the standard has no shape in a plane | mm | > 0 | largest distance of two vertices of the outline
MeshSurface | - the standard has no shape in a plane | mm2 | > 0 | S, the area within the outline
MinorAxisLength | - the standard has no shape in a plane | mm | >= 0 | 4 sqrt(l2) in the plane
Perimeter | - the standard has no shape in a plane | mm | > 0 | P, the length of the outline
PerimeterSurfaceRatio | - the standard has no shape in a plane | 1/mm | > 0 | P / S
PixelSurface | - the standard has no shape in a plane | mm2 | > 0 | pixels times their area
Sphericity | - the standard has no shape in a plane | 1 | 0..1 | 2 sqrt(pi S) / P
SphericalDisproportion | - the standard has no shape in a plane | 1 | >= 1 | P / (2 sqrt(pi S))`,
  firstorder: `
10Percentile | QG58 | HU | any | 10th percentile of x, linear between ranks
90Percentile | 8DWT | HU | any | 90th percentile of x, linear between ranks
Energy | N8CA | HU2 | >= 0 | sum (x + voxelArrayShift)^2
Entropy | TLU2 | bit | >= 0 | -sum p log2 p over grey levels
InterquartileRange | SALO | HU | >= 0 | P75 - P25
Kurtosis | IPH6 | 1 | >= 1, 0 if flat | m4 / m2^2; the standard subtracts 3
Maximum | 84IY | HU | any | max x
MeanAbsoluteDeviation | 4FUA | HU | >= 0 | mean |x - m|
Mean | Q4LE | HU | any | m = mean x
Median | Y12H | HU | any | 50th percentile
Minimum | 1GSF | HU | any | min x
Range | 2OJQ | HU | >= 0 | max x - min x
RobustMeanAbsoluteDeviation | 1128 | HU | >= 0 | mean |x - m| of the values between the 10th and 90th percentile, m their mean
RootMeanSquared | 5ZWQ | HU | >= 0 | sqrt(Energy / N)
Skewness | KE2A | 1 | any | m3 / m2^(3/2), 0 if flat
TotalEnergy | - the standard's energy has no voxel volume | HU2 mm3 | >= 0 | sum volume (x + voxelArrayShift)^2
Uniformity | BJ5W | 1 | 0..1 | sum p^2 over grey levels
Variance | ECT3 | HU2 | >= 0 | m2 = mean (x - m)^2
StandardDeviation | - the standard has the variance alone | HU | >= 0 | sqrt(m2)`,
  morphology: `
Volume | RNU0 | mm3 | > 0 | V
ApproximateVolume | YEKZ | mm3 | > 0 | voxels, each with the extent of its slice
SurfaceArea | C0JK | mm2 | > 0 | A
SurfaceToVolumeRatio | 2PR5 | 1/mm | > 0 | A / V
Compactness1 | SKGS | 1 | 0..0.06 | V / (sqrt(pi) A^(3/2))
Compactness2 | BQWJ | 1 | 0..1 | 36 pi V^2 / A^3
SphericalDisproportion | KRCK | 1 | >= 1 | A / (36 pi V^2)^(1/3)
Sphericity | QCFX | 1 | 0..1 | (36 pi V^2)^(1/3) / A
Asphericity | 25C7 | 1 | >= 0 | SphericalDisproportion - 1
CentreOfMassShift | KLMA | mm | >= 0 | distance of the mean position to the mean position weighted by x
Maximum3DDiameter | L0JK | mm | > 0 | largest distance of two mesh vertices
MajorAxisLength | TDIC | mm | >= 0 | 4 sqrt(l1), covariance over N - 1
MinorAxisLength | P9VJ | mm | >= 0 | 4 sqrt(l2), covariance over N - 1
LeastAxisLength | 7J51 | mm | >= 0 | 4 sqrt(l3), covariance over N - 1
Elongation | Q3CK | 1 | 0..1 | sqrt(l2 / l1)
Flatness | N17B | 1 | 0..1 | sqrt(l3 / l1)
VolumeDensityAabb | PBX1 | 1 | 0..1 | V / volume of the axis-aligned bounding box
AreaDensityAabb | R59B | 1 | > 0 | A / area of the axis-aligned bounding box
VolumeDensityAee | 6BDE | 1 | > 0 | 3 V / (4 pi a b c), a, b, c half the axis lengths
AreaDensityAee | RDD2 | 1 | > 0 | A / area of the ellipsoid a, b, c
VolumeDensityConvexHull | R3ER | 1 | 0..1 | V / volume of the convex hull
AreaDensityConvexHull | 7T7F | 1 | > 0 | A / area of the convex hull
IntegratedIntensity | 99N0 | HU mm3 | any | m V
MoransI | N365 | 1 | about -1..1 | (N / sum w) sum w (x1 - m)(x2 - m) / sum (x - m)^2, w = 1 / distance
GearysC | NPT7 | 1 | >= 0 | ((N - 1) / (2 sum w)) sum w (x1 - x2)^2 / sum (x - m)^2, w = 1 / distance`,
  localintensity: `
LocalIntensityPeak | VJGA | HU | any | mean in a ball of 1 cm3 around the largest x; of several the largest mean
GlobalIntensityPeak | 0F91 | HU | any | largest mean in a ball of 1 cm3 around any voxel of the region`,
  intensityhistogram: `
Mean | X6K6 | level | >= 1 | mean level
Variance | CH89 | level2 | >= 0 | mean (level - mean)^2
Skewness | 88K1 | 1 | any | m3 / m2^(3/2), 0 if flat
ExcessKurtosis | C3I7 | 1 | >= -2 | m4 / m2^2 - 3, 0 if flat
Median | WIFQ | level | >= 1 | 50th percentile
Minimum | 1PR8 | level | >= 1 | lowest level
Percentile10 | GPMT | level | >= 1 | 10th percentile
Percentile90 | OZ0C | level | >= 1 | 90th percentile
Maximum | 3NCY | level | >= 1 | highest level
Mode | AMMC | level | >= 1 | most frequent level; of several the one nearest to the mean
InterquartileRange | WR0O | level | >= 0 | P75 - P25
Range | 5Z3W | level | >= 0 | highest - lowest level
MeanAbsoluteDeviation | D2ZX | level | >= 0 | mean |level - mean|
RobustMeanAbsoluteDeviation | WRZB | level | >= 0 | the same of the levels between the 10th and 90th percentile
MedianAbsoluteDeviation | 4RNL | level | >= 0 | mean |level - median|
CoefficientOfVariation | CWYJ | 1 | >= 0 | sqrt(variance) / mean
QuartileCoefficientOfDispersion | SLWD | 1 | 0..1 | (P75 - P25) / (P75 + P25)
Entropy | TLU2 | bit | >= 0 | -sum p log2 p
Uniformity | BJ5W | 1 | 0..1 | sum p^2
MaximumGradient | 12CE | voxels | any | steepest rise of the histogram, central differences
MaximumGradientLevel | 8E6O | level | >= 1 | where it is
MinimumGradient | VQB3 | voxels | any | steepest fall of the histogram
MinimumGradientLevel | RHQZ | level | >= 1 | where it is`,
  ivh: `
VolumeAtIntensityFraction10 | BC2M | 1 | 0..1 | share of voxels at or above 10 % of the intensity range
VolumeAtIntensityFraction90 | BC2M | 1 | 0..1 | share of voxels at or above 90 % of the intensity range
IntensityAtVolumeFraction10 | GBPN | HU | any | least intensity that at most 10 % of the voxels reach
IntensityAtVolumeFraction90 | GBPN | HU | any | least intensity that at most 90 % of the voxels reach
VolumeFractionDifference | DDTU | 1 | 0..1 | V10 - V90
IntensityDifference | CNV2 | HU | >= 0 | I10 - I90`,
} as const;
