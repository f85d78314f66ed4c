// What a Go program without cgo asks of the system: users, services, time zones, certificates.
package main

import (
	"crypto/x509"
	"fmt"
	"net"
	"os/user"
	"time"
)

func main() {
	me, err := user.Current()
	if err != nil {
		panic(err)
	}
	fmt.Println(me.Username, me.Uid)
	port, err := net.LookupPort("tcp", "https")
	if err != nil {
		panic(err)
	}
	fmt.Println("https", port)
	zone, err := time.LoadLocation("Asia/Kathmandu")
	if err != nil {
		panic(err)
	}
	fmt.Println(time.Unix(1767225600, 0).In(zone).Format(time.RFC3339))
	trusted, err := x509.SystemCertPool()
	if err != nil {
		panic(err)
	}
	fmt.Println("trusts 100 authorities or more:", len(trusted.Subjects()) >= 100)
}
