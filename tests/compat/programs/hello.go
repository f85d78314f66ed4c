// What a Go program without cgo asks of the system: users, services, time zones, certificates.
package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
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
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	_, err = http.Get(server.URL)
	fmt.Println("served over TLS by whom the system trusts:", err == nil)
}
