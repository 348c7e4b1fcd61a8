// Keeps blocks of 1 MB that C allocates for goroutines whose stacks grow and move meanwhile: "ready", a line,
// as many blocks as were asked for, "done", a line.
package main

/*
#include <stdlib.h>

static __attribute__((noinline)) void *keep(size_t size)
{
	return malloc(size);
}
*/
import "C"

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"sync"
	"unsafe"
)

var kept []unsafe.Pointer

// deep makes the stack of its goroutine grow, which moves it, and allocates from there.
func deep(levels int, size C.size_t) unsafe.Pointer {
	var room [256]byte
	room[levels%256] = 1
	if levels > 0 {
		return deep(levels-1, size)
	}
	return C.keep(size)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	count, _ := strconv.Atoi(os.Args[1])
	fmt.Println("ready")
	lines.Scan()
	var all sync.WaitGroup
	var lock sync.Mutex
	for i := 0; i < count; i++ {
		all.Add(1)
		go func(levels int) {
			block := deep(levels, 1<<20)
			lock.Lock()
			kept = append(kept, block)
			lock.Unlock()
			all.Done()
		}(i * 10)
	}
	all.Wait()
	fmt.Println("done")
	lines.Scan()
}
