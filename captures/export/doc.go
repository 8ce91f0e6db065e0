// Package export writes selected events in forms that other programs read.
//
// Pcapng makes TCP conversations out of events again, so that a part of a
// store, secrets masked, opens in Wireshark and can be imported elsewhere.
package export
