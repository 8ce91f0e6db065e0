// This file tests the names under which transferred files are kept.

package event_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"msnscope/captures/event"
)

func TestFileName(t *testing.T) {
	for name, want := range map[string]string{
		"holiday.jpg":                        "holiday.jpg",
		"Ferien in Köln.jpg":                 "Ferien in Köln.jpg",
		"../../etc/passwd":                   "passwd",
		`C:\Documents and Settings\boot.ini`: "boot.ini",
		"/":                                  "file",
		"":                                   "file",
		"..":                                 "file",
		".bashrc":                            "bashrc",
		"-rf":                                "rf",
		"photo\u202egpj.exe":                 "photogpj.exe",
		"a\x00b\r\nc":                        "abc",
		"CON":                                "file_CON",
		"com1.txt":                           "file_com1.txt",
		"what? \"yes\"|<b>.txt":              "what_ _yes___b_.txt",
		"$(reboot);`ls`":                     "_(reboot)__ls_",
		"\xff\xfe":                           "file",
		"trailing. . ":                       "trailing",
	} {
		tr := event.Transfer{Name: name, State: "complete"}
		if got := tr.FileName(); got != want {
			t.Errorf("%q is kept as %q, want %q", name, got, want)
		}
		tr.State = "partial"
		if got := tr.FileName(); got != want+".partial" {
			t.Errorf("%q, partial, is kept as %q", name, got)
		}
	}
	long := event.Transfer{Name: strings.Repeat("ä", 300) + ".jpg", State: "complete"}
	if got := long.FileName(); len(got) > 200 || !strings.HasSuffix(got, ".jpg") || !utf8.ValidString(got) {
		t.Errorf("%q", got)
	}
}
