// write_bolt FILE: fills a bolt database with lines of JSON from standard input: {"path": [bucket, ...], "key": text, "value": any}.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"

	bolt "go.etcd.io/bbolt"
)

type line struct {
	Path  []string        `json:"path"`
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

func put(tx *bolt.Tx, one line) error {
	bucket, err := tx.CreateBucketIfNotExists([]byte(one.Path[0]))
	for _, name := range one.Path[1:] {
		if err != nil {
			return err
		}
		bucket, err = bucket.CreateBucketIfNotExists([]byte(name))
	}
	if err != nil {
		return err
	}
	return bucket.Put([]byte(one.Key), one.Value)
}

func main() {
	db, err := bolt.Open(os.Args[1], 0o644, &bolt.Options{NoSync: true})
	if err != nil {
		log.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		lines := bufio.NewScanner(os.Stdin)
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			var one line
			if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
				return err
			}
			if err := put(tx, one); err != nil {
				return err
			}
		}
		return lines.Err()
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := db.Close(); err != nil {
		log.Fatal(err)
	}
}
