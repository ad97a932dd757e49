@tool
class_name NpcFrame
extends RefCounted
## One picture of what the player sees, as it goes over the wire.

var pixels: PackedByteArray
var width: int
var height: int
## rgb, rgba, bgra, jpeg, png or webp.
var format: String
## Seconds on the game's clock.
var captured_at: float
## What is where in it: lists of left, top, right and bottom, as fractions of the picture, by ids of the game's choice.
## A decision whose target lies on one of them names it. At most 64.
var entities: Dictionary = {}


## A frame from an image, no wider than [param widest] pixels; null where there is nothing to see.
## [param format]: rgb (fastest on one machine) or jpeg (small, for the web and other machines).
static func from_image(image: Image, widest: int = 640, its_format: String = "rgb") -> NpcFrame:
	if image == null or image.is_empty():
		return null
	var frame := NpcFrame.new()
	shrink(image, widest)
	frame.width = image.get_width()
	frame.height = image.get_height()
	frame.format = its_format
	frame.pixels = image.save_jpg_to_buffer(0.85) if its_format == "jpeg" else image.get_data()
	frame.captured_at = Time.get_ticks_usec() / 1e6
	return frame


## A picture of a thing, with its transparency, no larger than [param widest] pixels a side.
static func from_picture(picture: Image, widest: int = 256) -> NpcFrame:
	var image: Image = picture.duplicate()
	if image.is_compressed():
		image.decompress()
	var scale := float(widest) / maxi(1, maxi(image.get_width(), image.get_height()))
	if scale < 1.0:
		var size := Vector2i(Vector2(image.get_size()) * scale).maxi(1)
		image.resize(size.x, size.y, Image.INTERPOLATE_LANCZOS)
	image.convert(Image.FORMAT_RGBA8)
	var frame := NpcFrame.new()
	frame.width = image.get_width()
	frame.height = image.get_height()
	frame.format = "rgba"
	frame.pixels = image.get_data()
	return frame


## Make an image no wider than [param widest] pixels, and of three bytes a pixel, in place.
static func shrink(image: Image, widest: int) -> void:
	if image.get_width() > widest:
		var height := roundi(float(image.get_height()) * widest / image.get_width())
		image.resize(widest, maxi(1, height), Image.INTERPOLATE_BILINEAR)
	if image.get_format() != Image.FORMAT_RGB8:
		image.convert(Image.FORMAT_RGB8)


## What an [code]observe[/code] says of it.
func to_message() -> Dictionary:
	return {
		"width": width,
		"height": height,
		"format": format,
		"bottom_up": false,
		"entities": entities,
		"pixels": pixels,
	}
