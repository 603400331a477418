// N waits at once in Go: go run go_waits.go N MILLISECONDS
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"time"
)

func run(count int, length time.Duration) int {
	results := make([]int, count)
	var group sync.WaitGroup
	for number := 0; number < count; number++ {
		group.Add(1)
		go func(number int) {
			defer group.Done()
			time.Sleep(length)
			results[number] = number
		}(number)
	}
	group.Wait()
	total := 0
	for _, result := range results {
		total += result
	}
	return total
}

func main() {
	count, _ := strconv.Atoi(os.Args[1])
	millis, _ := strconv.Atoi(os.Args[2])
	start := time.Now()
	total := run(count, time.Duration(millis)*time.Millisecond)
	fmt.Println(count, total, time.Since(start).Seconds())
	// Whoever measures this looks at the process now, and then closes its
	// input.
	io.Copy(io.Discard, os.Stdin)
}
