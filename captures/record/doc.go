// Package record writes live captures: an append-only pcapng file in which the
// bytes of each proxied connection stand as a true TCP conversation between
// the client and the real server, so that Wireshark shows it as such.
//
//	f, err := record.Open("2026-11-22.pcapng")
//	...
//	c := f.Connect(client, server, event.Comment{Note: "opened"})
//	c.Data(decode.C2S, []byte("VER 1 MSNP7 CVR0\r\n")) // before it is forwarded
//	c.CloseWrite(decode.C2S)
//
// Each call returns when the kernel has the bytes: whatever was forwarded
// after it is in the file even if the process is killed.
package record
