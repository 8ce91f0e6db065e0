// This file measures decode and import beside tshark on a generated capture.
// What they print goes to /dev/null. On a machine with other work to do the
// times that passed say little: then the processor time is to be compared, which
// msnscope spends on two cores and tshark on one.

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

func benchDecode(binary string, rounds, megabytes int) error {
	dir, err := os.MkdirTemp("", "msnscope-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "generated.pcap")
	packets, err := generate(path, int64(megabytes)<<20)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	fmt.Printf("generated capture: %.1f MB, %d packets\n", float64(info.Size())/1e6, packets)
	store := 0
	tools := []struct {
		name string
		args func() []string
		took figures
		rss  figures
		cpu  figures
	}{
		{name: "tshark -Y msnms -T fields", args: func() []string {
			return []string{"tshark", "-r", path, "-Y", "msnms", "-T", "fields", "-e", "frame.number"}
		}},
		{name: "msnscope decode", args: func() []string { return []string{binary, "decode", path} }},
		{name: "msnscope decode --count", args: func() []string { return []string{binary, "decode", "--count", path} }},
		{name: "msnscope import", args: func() []string {
			store++
			return []string{binary, "import", "--store", filepath.Join(dir, fmt.Sprint("store", store)), path}
		}},
	}
	for range rounds {
		for i := range tools {
			args := tools[i].args()
			cmd := exec.Command(args[0], args[1:]...)
			var errs bytes.Buffer
			cmd.Stderr = &errs
			start := time.Now()
			if err := cmd.Run(); err != nil {
				return fmt.Errorf("%s: %w: %s", tools[i].name, err, errs.Bytes())
			}
			tools[i].took = append(tools[i].took, time.Since(start).Seconds())
			tools[i].cpu = append(tools[i].cpu, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
			tools[i].rss = append(tools[i].rss, maxRSS(cmd))
		}
	}
	fmt.Printf("%d rounds, interleaved\n\n", rounds)
	for _, t := range tools {
		fmt.Printf("%-28s %-28s s  %7.1f MB/s  %6.0f MB RSS  %.1f times tshark; processor %-24s s, %.1f times\n", t.name, t.took,
			float64(info.Size())/1e6/t.took.median(), t.rss.median(), 1/t.took.ratio(tools[0].took), t.cpu, 1/t.cpu.ratio(tools[0].cpu))
	}
	return nil
}
