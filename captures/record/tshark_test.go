// This file asks tshark what Wireshark makes of a recorded file.

package record

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// tshark runs tshark on path and returns what it prints.
func tshark(t *testing.T, path string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed: Wireshark's view of the file is not checked")
	}
	cmd := exec.Command("tshark", append([]string{"-r", path, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, stderr.String())
	}
	return string(out)
}

// checkClean has tshark look for anything odd: lost, repeated or unusual
// segments, wrong checksums, malformed packets.
func checkClean(t *testing.T, path string) {
	t.Helper()
	odd := tshark(t, path, "-Y", "tcp.analysis.flags or tcp.checksum.status == 0 or ip.checksum.status == 0 or _ws.malformed or frame.len != frame.cap_len")
	if odd != "" {
		t.Errorf("tshark finds odd packets:\n%s", odd)
	}
}

// follow returns the bytes of a stream as tshark puts them together.
func follow(t *testing.T, path string, stream int) string {
	t.Helper()
	var all strings.Builder
	for _, line := range strings.Split(tshark(t, path, "-q", "-z", fmt.Sprintf("follow,tcp,raw,%d", stream)), "\n") {
		if b, err := hex.DecodeString(strings.TrimSpace(line)); err == nil {
			all.Write(b)
		}
	}
	return all.String()
}
