// A program without C code: it has no malloc. Between two lines it fills 32 MiB that it keeps.
package main

import (
	"bufio"
	"fmt"
	"os"
)

var kept []byte

//go:noinline
func keep() {
	kept = make([]byte, 32<<20)
	for i := range kept {
		kept[i] = 1
	}
}

func main() {
	input := bufio.NewReader(os.Stdin)
	fmt.Println("ready")
	input.ReadString('\n')
	keep()
	fmt.Println("done")
	input.ReadString('\n')
}
