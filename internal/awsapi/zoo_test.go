package awsapi

import (
	"reflect"
	"time"
)

// The zoo is a small made-up service with every kind of shape, required and optional, nested and recursive.

type PutAnimalInput struct {
	Name     string
	Legs     int32
	Born     time.Time
	Den      Den
	Nick     *string
	Tame     *bool
	Weight   *float64
	Length   *float32
	Cells    *int64
	Seen     *time.Time
	Picture  []byte
	Words    []string
	Tags     []Tag
	Grid     [][]int32
	Counts   map[string]int32
	Homes    map[string]Den
	Mood     *string
	Password *string
	Child    *Animal
}

type Den struct {
	Street *string
	Number int32
}

type Tag struct {
	Key   string
	Value *string
}

type Animal struct {
	Name  *string
	Child *Animal
	Kids  []Animal
}

type PutAnimalOutput struct {
	Required []string
	Optional []string
	Animal   *Animal
	Counts   map[string]int32
	Homes    map[string]Den
	At       *time.Time
	Weight   *float64
	Secret   *string
	Picture  []byte
	OK       bool
	Tags     []Tag
}

var zoo = newZoo(false)

func newZoo(echo bool) *Operation {
	str := &Shape{Name: "str", Kind: String}
	boolean := &Shape{Name: "boolean", Kind: Boolean}
	i32 := &Shape{Name: "i32", Kind: Integer}
	i64 := &Shape{Name: "i64", Kind: Long}
	f32 := &Shape{Name: "f32", Kind: Float}
	f64 := &Shape{Name: "f64", Kind: Double, Max: new(int64(1000)), Min: new(int64(0))}
	when := &Shape{Name: "when", Kind: Timestamp}
	blob := &Shape{Name: "blob", Kind: Blob, Max: new(int64(8))}
	secret := &Shape{Name: "secret", Kind: String, Sensitive: true, Min: new(int64(6))}
	name := &Shape{Name: "name", Kind: String, Min: new(int64(1)), Max: new(int64(8)), Pattern: NewPattern(`[\w+=,.@-]+`)}
	legs := &Shape{Name: "legs", Kind: Integer, Min: new(int64(0)), Max: new(int64(8))}
	mood := &Shape{Name: "mood", Kind: String, Enum: []string{"calm", "wild"}}
	words := &Shape{Name: "words", Kind: List, Member: name, Max: new(int64(3))}
	den := &Shape{Name: "Den", Kind: Structure, GoType: reflect.TypeFor[Den](), Members: []Member{
		{Name: "Street", Shape: name}, {Name: "Number", Shape: i32, Required: true},
	}}
	tag := &Shape{Name: "Tag", Kind: Structure, GoType: reflect.TypeFor[Tag](), Members: []Member{
		{Name: "Key", Shape: name, Required: true}, {Name: "Value", Shape: name},
	}}
	tags := &Shape{Name: "tags", Kind: List, Member: tag}
	grid := &Shape{Name: "grid", Kind: List, Member: &Shape{Name: "row", Kind: List, Member: legs}}
	counts := &Shape{Name: "counts", Kind: Map, Key: name, Value: legs}
	homes := &Shape{Name: "homes", Kind: Map, Key: str, Value: den}
	animal := &Shape{Name: "Animal", Kind: Structure, GoType: reflect.TypeFor[Animal]()}
	animal.Members = []Member{{Name: "Name", Shape: name}, {Name: "Child", Shape: animal}, {Name: "Kids", Shape: &Shape{Name: "kids", Kind: List, Member: animal}}}
	return &Operation{
		Service: &Service{Name: "zoo", Namespace: "https://zoo.example/doc/", EchoesValues: echo},
		Name:    "PutAnimal", ResultWrapper: "PutAnimalResult",
		Input: &Shape{Name: "PutAnimalInput", Kind: Structure, GoType: reflect.TypeFor[PutAnimalInput](), Members: []Member{
			{Name: "Name", Shape: name, Required: true}, {Name: "Legs", Shape: legs, Required: true}, {Name: "Born", Shape: when, Required: true},
			{Name: "Den", Shape: den, Required: true}, {Name: "Nick", Shape: name}, {Name: "Tame", Shape: boolean}, {Name: "Weight", Shape: f64},
			{Name: "Length", Shape: f32}, {Name: "Cells", Shape: i64}, {Name: "Seen", Shape: when}, {Name: "Picture", Shape: blob},
			{Name: "Words", Shape: words}, {Name: "Tags", Shape: tags}, {Name: "Grid", Shape: grid}, {Name: "Counts", Shape: counts},
			{Name: "Homes", Shape: homes}, {Name: "Mood", Shape: mood}, {Name: "Password", Shape: secret}, {Name: "Child", Shape: animal},
		}},
		Output: &Shape{Name: "PutAnimalOutput", Kind: Structure, GoType: reflect.TypeFor[PutAnimalOutput](), Members: []Member{
			{Name: "Required", Shape: words, Required: true}, {Name: "Optional", Shape: words}, {Name: "Animal", Shape: animal},
			{Name: "Counts", Shape: counts}, {Name: "Homes", Shape: homes}, {Name: "At", Shape: when}, {Name: "Weight", Shape: f64},
			{Name: "Secret", Shape: secret}, {Name: "Picture", Shape: blob}, {Name: "OK", Shape: boolean, Required: true}, {Name: "Tags", Shape: tags},
		}},
	}
}

// complete has every required member.
const complete = "Name=Bo&Legs=4&Born=2020-01-02&Den.Number=7"
