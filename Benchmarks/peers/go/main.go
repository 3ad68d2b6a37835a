// Validates the chains of a file with Go's crypto/x509, in rounds: see Benchmarks/driver/paths.py.
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"
)

type validator struct {
	roots *x509.CertPool
	host  string
	now   time.Time
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 {
		log.Fatal("usage: peer CHAINS HOST SECONDS-SINCE-1970")
	}
	certificates := read(os.Args[1])
	seconds, err := strconv.ParseInt(os.Args[3], 10, 64)
	check(err)
	root, err := x509.ParseCertificate(certificates[0])
	check(err)
	v := validator{x509.NewCertPool(), os.Args[2], time.Unix(seconds, 0)}
	v.roots.AddCert(root)

	output := bufio.NewWriter(os.Stdout)
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		var first, count int
		_, err := fmt.Sscan(input.Text(), &first, &count)
		check(err)
		for chain := first; chain < first+count; chain++ {
			start := time.Now()
			check(v.validate(certificates[2*chain+1], certificates[2*chain+2]))
			fmt.Fprintf(output, "%.2f ", float64(time.Since(start).Nanoseconds())/1000)
		}
		fmt.Fprintln(output)
		check(output.Flush())
	}
}

func (v validator) validate(leafDER, intermediateDER []byte) error {
	leaf, err := x509.ParseCertificate(leafDER)
	if err != nil {
		return err
	}
	intermediate, err := x509.ParseCertificate(intermediateDER)
	if err != nil {
		return err
	}
	intermediates := x509.NewCertPool()
	intermediates.AddCert(intermediate)
	_, err = leaf.Verify(x509.VerifyOptions{
		DNSName: v.host, Roots: v.roots, Intermediates: intermediates, CurrentTime: v.now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	return err
}

// read takes certificates with their length in four octets in front of each.
func read(path string) [][]byte {
	rest, err := os.ReadFile(path)
	check(err)
	var certificates [][]byte
	for len(rest) >= 4 {
		length := binary.BigEndian.Uint32(rest)
		certificates = append(certificates, rest[4:4+length])
		rest = rest[4+length:]
	}
	return certificates
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
