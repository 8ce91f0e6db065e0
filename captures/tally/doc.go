// Package tally holds the sums that statistics are made of. Each takes any
// number of values one after the other in bounded memory, and can be asked in
// between: counts over time (Timeline), the distribution of a span of time
// (Spread), a fair sample that keeps the extremes (Sample), and the most
// frequent of many (Top).
package tally
