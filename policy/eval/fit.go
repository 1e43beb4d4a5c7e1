package eval

// fit says whether something holds for a request. Unknown stands for what cannot be evaluated: an operator that nobody
// knows, a value that is no number where a number is compared. The three are in order, so that "all of" is min and
// "one of" is max.
type fit uint8

const (
	no fit = iota
	unknown
	yes
)

func (f fit) not() fit { return yes - f }

func fitOf(holds bool) fit {
	if holds {
		return yes
	}
	return no
}

// String is for explanations.
func (f fit) String() string {
	switch f {
	case yes:
		return "yes"
	case unknown:
		return "unknown"
	default:
		return "no"
	}
}
