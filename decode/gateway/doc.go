// Package gateway decodes MSNP that is carried in HTTP, for clients that may
// use nothing else:
//
//	C: POST /gateway/gateway.dll?Action=open&Server=NS&IP=messenger.hotmail.com HTTP/1.1
//	S: X-MSN-Messenger: SessionID=964885389.2099; GW-IP=64.4.12.132
//	C: POST /gateway/gateway.dll?Action=poll&SessionID=964885389.2099 HTTP/1.1
//	S: X-MSN-Messenger: SessionID=964885389.2100; GW-IP=64.4.12.132
//	C: POST /gateway/gateway.dll?SessionID=964885389.2100 HTTP/1.1
//	S: X-MSN-Messenger: SessionID=964885389.2101; GW-IP=64.4.12.132; Session=close
//
// The bodies of the requests are what the client says, those of the responses
// what the server says, cut anywhere. A gateway session takes many requests, on
// several TCP connections one after the other, and its id may change with every
// response. So there is a Decoder for each TCP connection and one Table of
// sessions for all of them. No I/O, no clock. Source: the HTTP method page of
// msnp-wiki and what client libraries do.
package gateway
