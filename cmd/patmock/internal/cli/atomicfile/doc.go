// Package atomicfile writes files completely or not at all, and explains why one cannot be written.
package atomicfile
