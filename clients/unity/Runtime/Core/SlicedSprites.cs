using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace NpcEngine
{
    /// <summary>
    /// The sprites of a sheet that Unity's Sprite Editor cut up, out of the sheet's `.meta`, as `python -m engine adapt --art`
    /// reads them.
    /// </summary>
    public static class SlicedSprites
    {
        private sealed class Sprite
        {
            public string Name = "";
            public readonly Dictionary<string, double> Rect = new Dictionary<string, double>();
        }

        private const string Mode = "spriteMode:", Multiple = "2";

        /// <summary>A description in the form of TexturePacker's JSON; null where the sheet is not cut up, or is shown whole.</summary>
        /// <param name="meta">The text of the `.meta` file.</param>
        /// <param name="picture">The sheet's file name.</param>
        /// <param name="height">Pixels of the sheet: Unity counts from below.</param>
        public static string Json(string meta, string picture, int height)
        {
            List<Sprite> sprites = Read(meta);
            if (sprites.Count < 2)
            {
                return null;
            }
            var json = new StringBuilder("{\"frames\": [");
            for (int i = 0; i < sprites.Count; i++)
            {
                Dictionary<string, double> rect = sprites[i].Rect;
                string where = string.Format(CultureInfo.InvariantCulture, "\"x\": {0}, \"y\": {1}, \"w\": {2}, \"h\": {3}",
                    Whole(rect["x"]), height - Whole(rect["y"] + rect["height"]), Whole(rect["width"]), Whole(rect["height"]));
                json.Append(i > 0 ? ", " : "").Append("{\"filename\": ").Append(Quoted(sprites[i].Name));
                json.Append(", \"frame\": {").Append(where).Append("}}");
            }
            return json.Append("], \"meta\": {\"image\": ").Append(Quoted(picture)).Append("}}").ToString();
        }

        /// <summary>The height of a PNG, from its header; 0 for another file.</summary>
        public static int HeightOf(byte[] png)
        {
            bool isPng = png.Length > 24 && png[0] == 0x89 && png[1] == 'P' && png[2] == 'N' && png[3] == 'G';
            return isPng ? (png[20] << 24) | (png[21] << 16) | (png[22] << 8) | png[23] : 0;
        }

        /// <summary>The list `sprites:` of `spriteSheet:`; each sprite begins with a dash.</summary>
        private static List<Sprite> Read(string meta)
        {
            var found = new List<Sprite>();
            int list = -1, rect = -1;
            bool isOver = false;
            foreach (string line in meta.Split('\n'))
            {
                string text = line.Trim();
                int indent = line.Length - line.TrimStart(' ').Length;
                if (text.StartsWith(Mode, StringComparison.Ordinal) && text.Substring(Mode.Length).Trim() != Multiple)
                {
                    return new List<Sprite>(); // cut up once, and shown whole since
                }
                if (list < 0)
                {
                    list = text == "sprites:" ? indent : -1;
                    continue;
                }
                isOver = isOver || (text.Length > 0 && (indent < list || (indent == list && text[0] != '-')));
                if (isOver)
                {
                    continue; // the next list
                }
                if (text.StartsWith("- ", StringComparison.Ordinal) && indent == list)
                {
                    found.Add(new Sprite());
                    rect = -1;
                }
                if (found.Count > 0)
                {
                    rect = Take(found[found.Count - 1], text, indent, rect);
                }
            }
            found.RemoveAll(sprite => sprite.Name.Length == 0 || sprite.Rect.Count < 4);
            return found;
        }

        /// <summary>Take what a line tells of a sprite; the indentation of its `rect:`, or -1 outside of that.</summary>
        private static int Take(Sprite sprite, string text, int indent, int rect)
        {
            int colon = text.IndexOf(':');
            string key = colon < 0 ? "" : text.Substring(0, colon), value = colon < 0 ? "" : text.Substring(colon + 1).Trim();
            if (key == "name" && sprite.Name.Length == 0)
            {
                sprite.Name = Unquoted(value);
            }
            if (rect < 0 || indent <= rect)
            {
                return key == "rect" ? indent : -1;
            }
            double number;
            bool side = key == "x" || key == "y" || key == "width" || key == "height";
            if (side && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
            {
                sprite.Rect[key] = number;
            }
            return rect;
        }

        /// <summary>A scalar of YAML as it is meant, in quotes or without.</summary>
        private static string Unquoted(string value)
        {
            bool isQuoted = value.Length > 1 && value[0] == value[value.Length - 1];
            if (isQuoted && value[0] == '\'')
            {
                return value.Substring(1, value.Length - 2).Replace("''", "'");
            }
            return isQuoted && value[0] == '"' ? Unescaped(value.Substring(1, value.Length - 2)) : value;
        }

        private static string Unescaped(string text)
        {
            var plain = new StringBuilder();
            for (int i = 0; i < text.Length; i++)
            {
                if (text[i] != '\\' || i + 1 == text.Length)
                {
                    plain.Append(text[i]);
                    continue;
                }
                char kind = text[++i];
                int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
                int code;
                bool isCode = digits > 0 && i + digits < text.Length
                    && int.TryParse(text.Substring(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code)
                    && Append(plain, code);
                if (isCode)
                {
                    i += digits;
                }
                else
                {
                    plain.Append("abefnrtv0".IndexOf(kind) >= 0 ? ' ' : kind); // what is not seen parts words
                }
            }
            return plain.ToString();
        }

        private static bool Append(StringBuilder text, int code)
        {
            bool isHalf = code >= 0xD800 && code < 0xE000; // of a pair, which Unity may write as two escapes
            bool fits = code >= 0 && code <= 0x10FFFF;
            if (fits)
            {
                text.Append(isHalf ? ((char)code).ToString() : char.ConvertFromUtf32(code));
            }
            return fits;
        }

        private static int Whole(double pixels)
        {
            return (int)Math.Round(pixels);
        }

        private static string Quoted(string text)
        {
            return "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
        }
    }
}
