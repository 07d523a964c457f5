// Go's own transparency log (golang.org/x/mod/sumdb), as a peer that nobody here wrote. Reads cases as JSON lines: of
// kind "check" it says what is wrong with a tree, its note and proofs; of kind "make" it makes such a tree itself.
package main

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusion struct {
	Index int64
	Entry string
	Path  []string
}

type consistency struct {
	Size int64
	Root string
	Path []string
}

type tree struct {
	Kind        string
	Size        int64
	Entries     []string
	Root        string
	Note        string
	Vkey        string
	Inclusion   []inclusion
	Consistency []consistency
}

func hashOf(text string) (h tlog.Hash) {
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(bytes) != tlog.HashSize {
		panic("no hash: " + text)
	}
	copy(h[:], bytes)
	return h
}

func proofOf(path []string) (proof []tlog.Hash) {
	for _, hash := range path {
		proof = append(proof, hashOf(hash))
	}
	return proof
}

func textOf(h tlog.Hash) string { return base64.StdEncoding.EncodeToString(h[:]) }

func textsOf(proof []tlog.Hash) []string {
	texts := []string{}
	for _, hash := range proof {
		texts = append(texts, textOf(hash))
	}
	return texts
}

type hashes []tlog.Hash

func (stored hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = stored[index]
	}
	return found, nil
}

func storedOf(entries []string) hashes {
	var stored hashes
	for n, entry := range entries {
		bytes, err := base64.StdEncoding.DecodeString(entry)
		if err != nil {
			panic(err)
		}
		more, err := tlog.StoredHashes(int64(n), bytes, stored)
		if err != nil {
			panic(err)
		}
		stored = append(stored, more...)
	}
	return stored
}

// What is wrong with a tree that the other side made; empty where nothing is.
func check(t tree) error {
	root, err := tlog.TreeHash(t.Size, storedOf(t.Entries))
	if err != nil {
		return err
	}
	if textOf(root) != t.Root {
		return fmt.Errorf("root of %d entries: %s here, %s there", t.Size, textOf(root), t.Root)
	}
	verifier, err := note.NewVerifier(t.Vkey)
	if err != nil {
		return err
	}
	opened, err := note.Open([]byte(t.Note), note.VerifierList(verifier))
	if err != nil {
		return err
	}
	// Go's own checkpoints have another first line: the three lines of the standard are split here.
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[1] != fmt.Sprint(t.Size) || lines[2] != t.Root {
		return fmt.Errorf("checkpoint says %q", opened.Text)
	}
	for _, p := range t.Inclusion {
		bytes, _ := base64.StdEncoding.DecodeString(p.Entry)
		if err := tlog.CheckRecord(proofOf(p.Path), t.Size, root, p.Index, tlog.RecordHash(bytes)); err != nil {
			return fmt.Errorf("entry %d of %d: %v", p.Index, t.Size, err)
		}
	}
	for _, p := range t.Consistency {
		if err := tlog.CheckTree(proofOf(p.Path), t.Size, root, p.Size, hashOf(p.Root)); err != nil {
			return fmt.Errorf("%d as a prefix of %d: %v", p.Size, t.Size, err)
		}
	}
	return nil
}

// A tree over the same entries, with everything that the other side is to accept.
func makeTree(t tree) (tree, error) {
	stored := storedOf(t.Entries)
	root, err := tlog.TreeHash(t.Size, stored)
	if err != nil {
		return t, err
	}
	t.Root = textOf(root)
	skey, vkey, err := note.GenerateKey(rand.Reader, "peer.example/log")
	if err != nil {
		return t, err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return t, err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), t.Size, t.Root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return t, err
	}
	t.Note, t.Vkey = string(signed), vkey
	for i := range t.Inclusion {
		path, err := tlog.ProveRecord(t.Size, t.Inclusion[i].Index, stored)
		if err != nil {
			return t, err
		}
		t.Inclusion[i].Path = textsOf(path)
	}
	for i := range t.Consistency {
		size := t.Consistency[i].Size
		older, err := tlog.TreeHash(size, stored)
		if err != nil {
			return t, err
		}
		path, err := tlog.ProveTree(t.Size, size, stored)
		if err != nil {
			return t, err
		}
		t.Consistency[i].Root, t.Consistency[i].Path = textOf(older), textsOf(path)
	}
	return t, nil
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<24)
	out := json.NewEncoder(os.Stdout)
	for decoder := json.NewDecoder(in); decoder.More(); {
		var t tree
		if err := decoder.Decode(&t); err != nil {
			panic(err)
		}
		if t.Kind == "make" {
			made, err := makeTree(t)
			if err != nil {
				panic(err)
			}
			out.Encode(made)
		} else if err := check(t); err != nil {
			out.Encode(map[string]string{"Error": err.Error()})
		} else {
			out.Encode(map[string]string{"Error": ""})
		}
	}
}
