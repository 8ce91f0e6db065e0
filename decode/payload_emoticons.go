// This file lists the emoticon codes that the clients of MSNP2-7 showed as
// pictures.

package decode

// Emoticon is a picture and the codes that stand for it in a text.
type Emoticon struct {
	Name  string
	Codes []string // letters in brackets stand for either case
	// Later: versions 4.x, of MSNP2-7, show the code as text.
	Later bool
}

// Emoticons returns all of them. A code matches anywhere in a text; where
// several begin at a character the longest counts. The result must not be
// changed.
func Emoticons() []Emoticon { return emoticons }

var emoticons = []Emoticon{
	{Name: "smile", Codes: []string{":)", ":-)"}},
	{Name: "open-mouthed", Codes: []string{":D", ":-D", ":>", ":->"}},
	{Name: "surprised", Codes: []string{":O", ":-O"}},
	{Name: "tongue out", Codes: []string{":P", ":-P"}},
	{Name: "wink", Codes: []string{";)", ";-)"}},
	{Name: "sad", Codes: []string{":(", ":-(", ":<", ":-<"}},
	{Name: "confused", Codes: []string{":S", ":-S"}},
	{Name: "disappointed", Codes: []string{":|", ":-|"}},
	{Name: "crying", Codes: []string{":'("}},
	{Name: "embarrassed", Codes: []string{":$", ":-$"}},
	{Name: "hot", Codes: []string{"(H)"}},
	{Name: "angry", Codes: []string{":@", ":-@"}},
	{Name: "angel", Codes: []string{"(A)"}},
	{Name: "devil", Codes: []string{"(6)"}},
	{Name: "thumbs up", Codes: []string{"(Y)"}},
	{Name: "thumbs down", Codes: []string{"(N)"}},
	{Name: "heart", Codes: []string{"(L)"}},
	{Name: "broken heart", Codes: []string{"(U)"}},
	{Name: "kiss", Codes: []string{"(K)"}},
	{Name: "gift", Codes: []string{"(G)"}},
	{Name: "rose", Codes: []string{"(F)"}},
	{Name: "wilted rose", Codes: []string{"(W)"}},
	{Name: "girl", Codes: []string{"(X)"}},
	{Name: "boy", Codes: []string{"(Z)"}},
	{Name: "hug from the left", Codes: []string{"({)"}},
	{Name: "hug from the right", Codes: []string{"(})"}},
	{Name: "camera", Codes: []string{"(P)"}},
	{Name: "beer", Codes: []string{"(B)"}},
	{Name: "drink", Codes: []string{"(D)"}},
	{Name: "telephone", Codes: []string{"(T)"}},
	{Name: "cat", Codes: []string{"(@)"}},
	{Name: "dog", Codes: []string{"(&)"}},
	{Name: "coffee", Codes: []string{"(C)"}},
	{Name: "idea", Codes: []string{"(I)"}},
	{Name: "moon", Codes: []string{"(S)"}},
	{Name: "star", Codes: []string{"(*)"}},
	{Name: "note", Codes: []string{"(8)"}},
	{Name: "e-mail", Codes: []string{"(E)"}},
	{Name: "Messenger", Codes: []string{"(M)"}},
	{Name: "bat", Codes: []string{":[", ":-["}},
	{Name: "cake", Codes: []string{"(^)"}},
	{Name: "clock", Codes: []string{"(O)"}},
	{Name: "sun", Codes: []string{"(#)"}},
	{Name: "rainbow", Codes: []string{"(R)"}},
	{Name: "handcuffs", Codes: []string{"(%)"}},
	{Name: "film", Codes: []string{"(~)"}},
	{Name: "age, sex, location?", Codes: []string{"(?)"}},

	{Name: "baring teeth", Codes: []string{"8o|"}, Later: true},
	{Name: "nerd", Codes: []string{"8-|"}, Later: true},
	{Name: "sick", Codes: []string{"+o("}, Later: true},
	{Name: "party", Codes: []string{"<:o)"}, Later: true},
	{Name: "sleepy", Codes: []string{"|-)"}, Later: true},
	{Name: "thinking", Codes: []string{"*-)"}, Later: true},
	{Name: "don't tell", Codes: []string{":-#"}, Later: true},
	{Name: "secret telling", Codes: []string{":-*"}, Later: true},
	{Name: "sarcastic", Codes: []string{"^o)"}, Later: true},
	{Name: "eye-rolling", Codes: []string{"8-)"}, Later: true},
	{Name: "I don't know", Codes: []string{":^)"}, Later: true},
	{Name: "be right back", Codes: []string{"(brb)"}, Later: true},
	{Name: "high five", Codes: []string{"(h5)"}, Later: true},
	{Name: "fingers crossed", Codes: []string{"(yn)"}, Later: true},
	{Name: "cigarette", Codes: []string{"(ci)"}, Later: true},
	{Name: "umbrella", Codes: []string{"(um)"}, Later: true},
	{Name: "island", Codes: []string{"(ip)"}, Later: true},
	{Name: "car", Codes: []string{"(au)"}, Later: true},
	{Name: "aeroplane", Codes: []string{"(ap)"}, Later: true},
	{Name: "computer", Codes: []string{"(co)"}, Later: true},
	{Name: "mobile phone", Codes: []string{"(mp)"}, Later: true},
	{Name: "pizza", Codes: []string{"(pi)"}, Later: true},
	{Name: "plate", Codes: []string{"(pl)"}, Later: true},
	{Name: "football", Codes: []string{"(so)"}, Later: true},
	{Name: "snail", Codes: []string{"(sn)"}, Later: true},
	{Name: "stormy cloud", Codes: []string{"(st)"}, Later: true},
	{Name: "turtle", Codes: []string{"(tu)"}, Later: true},
	{Name: "Xbox", Codes: []string{"(xx)"}, Later: true},
	{Name: "sheep", Codes: []string{"(bah)"}, Later: true},
	{Name: "bowl", Codes: []string{"(||)"}, Later: true},
}
